"""From one supplier to the other: only after an end, never after doubt, and never bought twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from konter.orders.judge import SoldToday
from konter.orders.requests import Placed
from tests.orders.any_failover import FailoverStory, stories
from tests.orders.conftest import OPTIONS
from tests.orders.counter import COST, FOUR_OFFERS, PRICE
from tests.orders.two_suppliers import DIGI, OKE, X10, TwoSuppliers
from tests.warm import by_owner

NUMBER = "087800009999"
WAITS = {"do": "accept", "then": "never"}
BROKEN = {"do": "fail", "reason": "Produk sedang gangguan"}


async def accounts(both: TwoSuppliers, order_id: int) -> list[str]:
    return [attempt.account for attempt in await both.attempts(order_id)]


async def test_what_okeconnect_refused_is_bought_at_digiflazz(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[BROKEN])
    order = await both.buys(NUMBER)
    await both.work()
    assert await both.state(order.id) == "held"
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert await accounts(both, order.id) == [OKE, DIGI]
    assert await both.account("cost") == -COST
    assert len(await both.formed(order.id)) == 1
    await both.assert_honest()


async def test_what_digiflazz_refused_is_bought_at_okeconnect(both: TwoSuppliers) -> None:
    await both.tries_first(DIGI)
    await both.sim.script(NUMBER, {"do": "fail", "rc": "55"})
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    order = await both.buys(NUMBER)
    for _ in range(2):
        await both.work()
    assert await both.state(order.id) == "delivered"
    first, second = await both.attempts(order.id)
    assert (first.account, second.account, second.customer_no) == (DIGI, OKE, NUMBER)
    assert first.reference != second.reference
    assert await both.account("cost") == -X10
    await both.assert_honest()


async def test_a_wrong_number_is_wrong_at_every_supplier(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "fail", "reason": "Nomor tujuan salah"}])
    order = await both.buys(NUMBER)
    await both.work()
    assert await both.state(order.id) == "failed"
    assert await accounts(both, order.id) == [OKE]
    assert await both.money() == 1_000_000


@pytest.mark.parametrize(
    "sale",
    [
        WAITS,
        {"do": "silence", "commit": True, "then": "never"},
        {"do": "http", "commit": True, "then": "never"},
        {"do": "text", "body": "T#1 R#2 GAGAL", "commit": True, "then": "never"},
        {"do": "duplicate"},
    ],
)
async def test_nothing_is_bought_elsewhere_while_there_is_doubt(
    both: TwoSuppliers, sale: dict[str, Any]
) -> None:
    await both.oke.script(NUMBER, sale=[sale])
    order = await both.buys(NUMBER)
    for _ in range(8):
        await both.work()
        await both.later(100)
    assert await both.state(order.id) == "sent"
    assert await accounts(both, order.id) == [OKE]
    assert await both.calls(order.code) == 0


async def test_a_refusal_after_a_wait_goes_on_at_the_other_supplier(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[WAITS])
    order = await both.buys(NUMBER)
    await both.work()
    await both.oke.settle(order.code, "Gagal", reason="Produk sedang gangguan", callback=False)
    await both.later(15)
    await both.work()
    assert await both.state(order.id) == "held"
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert await accounts(both, order.id) == [OKE, DIGI]
    await both.assert_honest()


async def test_a_success_of_the_first_after_the_second_delivered_is_a_dispute(
    both: TwoSuppliers,
) -> None:
    await both.oke.script(NUMBER, sale=[BROKEN])
    order = await both.buys(NUMBER)
    for _ in range(2):
        await both.work()
    await both.oke.settle(order.code, "Sukses", callback=False)
    await both.later(20)
    await both.hint(order.code)
    assert await both.state(order.id) == "disputed"
    assert await both.tasks() == {"dispute"}
    assert await both.account("cost") == -COST - X10
    await both.assert_honest()


async def test_our_own_fault_at_one_supplier_closes_it_and_uses_no_try(both: TwoSuppliers) -> None:
    """A wrong PIN: the order goes to the other supplier, and so do all that follow."""
    await both.oke.options(pin="654321")
    order = await both.buys(NUMBER)
    await both.work()
    assert await both.tasks() == {"gate_closed"}
    assert await both.tries(order.id) == 1
    await both.work()
    assert await both.state(order.id) == "delivered"
    assert await accounts(both, order.id) == [OKE, DIGI]
    later = await both.buys("087800009998")
    assert await accounts(both, later.id) == [DIGI]
    await both.pause(DIGI)
    waits = await both.buys("087800009997")
    assert await accounts(both, waits.id) == [OKE], "both take nothing: it waits for the first"
    await both.oke.options(pin="123456")
    await both.assert_honest(except_breaches=("wrong_pin",))


async def test_a_short_deposit_at_both_waits_for_one_of_them(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "refuse", "reason": "Saldo tidak cukup."}])
    await both.sim.script(NUMBER, {"do": "refuse", "rc": "44"})
    order = await both.buys(NUMBER)
    for _ in range(3):
        await both.work()
    assert await both.state(order.id) == "held"
    assert await both.work() == 0
    assert await both.tries(order.id) == 1
    assert await both.money() == 1_000_000 - PRICE


# One sale of a product to a number a day.


async def test_a_second_sale_on_one_day_goes_to_the_other_supplier(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    orders = [await both.buys(NUMBER) for _ in range(3)]
    while await both.work():
        await both.later(61)
    assert [(await accounts(both, order.id)) for order in orders] == [[OKE], [DIGI], [DIGI]]
    assert {await both.state(order.id) for order in orders} == {"delivered"}
    await both.assert_honest()


async def test_a_second_sale_that_nobody_takes_is_refused_before_the_hold(
    both: TwoSuppliers, stocked_by_two: str
) -> None:
    await by_owner(stocked_by_two, "UPDATE catalogue.offers SET multi = false WHERE sku = 'xld10'")
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    asks = [await both.ask_for(NUMBER) for _ in range(3)]
    one, two, three = await both.place(*asks)
    assert isinstance(one, Placed) and isinstance(two, Placed) and isinstance(three, SoldToday)
    assert await both.money() == 1_000_000 - 2 * PRICE
    while await both.work():
        await both.later(61)
    (again,) = await both.place(await both.ask_for(NUMBER))
    assert isinstance(again, SoldToday)
    await both.later(86_400)
    (tomorrow,) = await both.place(await both.ask_for(NUMBER))
    assert isinstance(tomorrow, Placed)
    await both.assert_honest()


async def test_what_was_refused_was_not_sold(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "fail", "reason": "Nomor tujuan salah"}])
    first = await both.buys(NUMBER)
    await both.work()
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    await both.later(61)
    again = await both.buys(NUMBER)
    await both.work()
    assert (await both.state(first.id), await both.state(again.id)) == ("failed", "delivered")
    assert await accounts(both, again.id) == [OKE]
    await both.assert_honest()


async def test_a_failover_passes_over_a_supplier_that_sold_this_today(both: TwoSuppliers) -> None:
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    await both.buys(NUMBER)
    await both.work()
    await both.sim.script(NUMBER, {"do": "fail", "rc": "55"})
    second = await both.buys(NUMBER)
    await both.work()
    assert await both.state(second.id) == "failed"
    assert await accounts(both, second.id) == [DIGI]
    await both.assert_honest()


async def test_a_payment_that_comes_after_another_sale_is_bought_elsewhere(
    both: TwoSuppliers,
) -> None:
    waiting = await both.checks_out(NUMBER)
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    await both.buys(NUMBER)
    await both.work()
    await both.pays(waiting.id)
    assert await both.apply() == 1
    assert await accounts(both, waiting.id) == [DIGI]
    await both.work()
    assert await both.state(waiting.id) == "delivered"
    await both.assert_honest()


async def test_a_payment_that_can_buy_nothing_today_goes_back_and_ends_its_order(
    both: TwoSuppliers, stocked_by_two: str
) -> None:
    await by_owner(stocked_by_two, "UPDATE catalogue.offers SET multi = false WHERE sku = 'xld10'")
    waiting = await both.checks_out(NUMBER)
    await both.place(*[await both.ask_for(NUMBER) for _ in range(2)])
    before = await both.money()
    await both.pays(waiting.id)
    assert await both.apply() == 1
    assert await both.state(waiting.id) == "cancelled"
    assert await both.money() - before == (await both.invoice(waiting.id)).amount
    assert await both.breaches() == []


# What settling tells of the suppliers.


async def test_a_supplier_that_keeps_failing_is_left_out_and_named(both: TwoSuppliers) -> None:
    numbers = [f"08780000910{n}" for n in range(6)]
    for number in numbers:
        await both.oke.script(number, sale=[BROKEN])
        await both.buys(number)
    while await both.work():
        pass
    assert "breaker_open" in await both.tasks()
    later = await both.buys("087800009200")
    assert await accounts(both, later.id) == [DIGI]
    await both.later(901)
    await both.oke.script("087800009201", sale=[{"do": "success"}])
    probe = await both.buys("087800009201")
    assert await accounts(both, probe.id) == [OKE], "one may try again"
    await both.work()
    assert await both.state(probe.id) == "delivered"
    assert "breaker_open" not in await both.tasks()
    await both.assert_honest()


async def test_a_sku_that_is_not_sold_any_more_is_closed_with_its_refusal(
    both: TwoSuppliers,
) -> None:
    await both.tries_first(DIGI)
    await both.sim.script(NUMBER, {"do": "refuse", "rc": "43"})
    await both.oke.script(NUMBER, sale=[{"do": "success"}])
    order = await both.buys(NUMBER)
    for _ in range(2):
        await both.work()
    assert await both.state(order.id) == "delivered"
    later = await both.buys("087800009998")
    assert await accounts(both, later.id) == [OKE]
    await both.assert_honest()


async def test_an_order_takes_at_most_three_tries_over_both(both: TwoSuppliers) -> None:
    telkomsel = "081200009999"
    await both.oke.script(telkomsel, sale=[BROKEN])
    await both.sim.script(telkomsel, {"do": "fail", "rc": "55"})
    order = await both.buys(telkomsel, product=FOUR_OFFERS)
    for _ in range(5):
        await both.work()
    assert len(await both.attempts(order.id)) == 3
    assert await both.state(order.id) == "failed"
    assert await both.money() == 1_000_000
    await both.assert_honest()


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(stories)
async def test_an_order_is_bought_at_most_once_whatever_answers_and_whatever_is_lost(
    both: TwoSuppliers, steps: list[tuple[str, int, int]]
) -> None:
    await both.sim.reset(**OPTIONS)
    await both.oke.reset(callback_delay_ms=0, silence_seconds=0)
    await both.oke.advance(to=both.clock.now().isoformat())
    await both.begin_again()
    story = FailoverStory(both)
    await story.play(("buy", 0, 0))
    for step in steps:
        await story.play(step)
    await story.finish()
