"""While a purchase-capable call may be under way: what may happen meanwhile, and what may not."""

from __future__ import annotations

import asyncio

import pytest

from konter.kernel.outcome import Fault, Rejected
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.end import Verdict, end
from konter.orders.end_overdue import end_overdue
from konter.orders.read import CallUnderWay
from konter.orders.resolve import Decision, resolve
from konter.orders.settle import settle_many
from konter.orders.tidings import Settled, Tidings, Via
from tests.orders.counter import COST, FOUR_OFFERS, PRICE, Counter

NUMBER = "087800009999"
LEASE_S = 150
PENDING = {"do": "pending", "then": "never"}
SUCCESS = {"do": "success"}


async def test_a_refusal_that_comes_while_we_ask_waits_for_the_answer(counter: Counter) -> None:
    """A re-post is a purchase: the order is not freed while one may still arrive there."""
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    (again,) = await counter.claim()
    call = await counter.start(again)
    await counter.sim.settle(order.code, "Gagal", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "sent"
    assert await counter.money() == 1_000_000 - PRICE
    with pytest.raises(CannotCancel):
        await cancel(counter.desk, order.id, user_id=None, because="operator")
    await call.end()
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.assert_honest()


async def test_a_refusal_whose_call_was_lost_is_settled_at_the_leases_end_without_asking(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    await counter.claim()
    await counter.sim.settle(order.code, "Gagal", webhook=False)
    await counter.callback(order.code)
    await counter.later(LEASE_S - 1)
    assert await counter.work() == 0
    assert await counter.state(order.id) == "sent"
    await counter.later(1)
    assert await counter.work() == 1
    assert await counter.state(order.id) == "failed"
    assert await counter.calls(order.code) == 1
    await counter.assert_honest()


async def test_a_waiting_refusal_is_settled_even_while_the_shop_is_paused(
    counter: Counter,
) -> None:
    """Settling it asks nobody anything."""
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    await counter.claim()
    await counter.sim.settle(order.code, "Gagal", webhook=False)
    await counter.callback(order.code)
    await counter.pause()
    await counter.later(LEASE_S)
    await counter.work()
    assert await counter.state(order.id) == "failed"
    await counter.assert_honest()


async def test_a_refusal_that_a_success_overtook_is_no_reversal_and_a_person_compares(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING, SUCCESS)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    (again,) = await counter.claim()
    call = await counter.start(again)
    await counter.callback(order.code, status="Gagal", rc="02")
    await call.end()
    assert await counter.state(order.id) == "delivered"
    assert await counter.account("cost") == -COST
    assert await counter.tasks() == {"review"}
    await counter.assert_honest()


async def test_a_reversal_that_came_while_we_heard_of_the_success_is_a_dispute(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING, SUCCESS)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    (again,) = await counter.claim()
    call = await counter.start(again)
    await counter.sim.settle(order.code, "Gagal", rc="74", webhook=False)
    await counter.callback(order.code)
    await call.end()
    assert await counter.state(order.id) == "disputed"
    await counter.assert_honest()


async def test_a_refused_offer_that_waited_still_goes_to_the_next_one(counter: Counter) -> None:
    await counter.sim.script("081200009999", PENDING)
    order = await counter.buys("081200009999", product=FOUR_OFFERS)
    await counter.work()
    await counter.later(120)
    (again,) = await counter.claim()
    call = await counter.start(again)
    await counter.sim.settle(order.code, "Gagal", rc="55", webhook=False)
    await counter.callback(order.code)
    await call.end()
    assert await counter.state(order.id) == "held"
    assert [a.sku for a in await counter.attempts(order.id)] == ["s10", "t10"]
    await counter.assert_honest()


async def test_a_worker_that_wakes_after_its_lease_sends_nothing(counter: Counter) -> None:
    order = await counter.buys(NUMBER)
    (stalled,) = await counter.claim()
    await counter.later(LEASE_S)
    assert await counter.work() == 0, "the lost call counts as one that ended just now"
    await counter.later(60)
    assert await counter.work() == 1
    assert await counter.state(order.id) == "delivered"
    await counter.finish(stalled)
    assert await counter.calls(order.code) == 1
    assert await counter.state(order.id) == "delivered"
    await counter.assert_honest()


async def test_a_worker_that_stalls_past_a_quarter_of_its_lease_sends_nothing(
    counter: Counter,
) -> None:
    order = await counter.buys(NUMBER)
    (stalled,) = await counter.claim()
    await counter.later(LEASE_S / 4 + 1)
    await counter.finish(stalled)
    attempt = await counter.attempt(order.id)
    assert (attempt.state, attempt.sends, attempt.lease_until) == ("due", 0, None)
    assert await counter.state(order.id) == "held"
    assert await counter.calls(order.code) == 0
    await counter.assert_honest()


async def test_a_stalled_worker_that_sent_nothing_does_not_unsay_the_call_after_it(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, {"do": "reset", "commit": True, "truth": "pending"})
    order = await counter.buys(NUMBER)
    (stalled,) = await counter.claim()
    await counter.later(LEASE_S)
    await counter.work()
    await counter.later(60)
    assert await counter.work() == 1
    await counter.finish(stalled)
    attempt = await counter.attempt(order.id)
    assert attempt.state == "open" and attempt.sends >= 1
    assert await counter.state(order.id) == "sent"
    with pytest.raises(CannotCancel):
        await cancel(counter.desk, order.id, user_id=None, because="operator")


async def test_a_late_true_answer_is_settled_though_its_fence_is_old(counter: Counter) -> None:
    order = await counter.buys(NUMBER)
    (first,) = await counter.claim()
    late = await counter.start(first)
    await counter.later(LEASE_S)
    await counter.work()
    await counter.later(60)
    (second,) = await counter.claim()
    asking = await counter.start(second)
    await late.end()
    assert await counter.state(order.id) == "delivered"
    await asking.end()
    assert await counter.state(order.id) == "delivered"
    assert await counter.account("cost") == -COST
    await counter.assert_honest()


async def test_a_late_not_formed_proves_nothing_once_the_purchase_was_sent_again(
    counter: Counter,
) -> None:
    """The first call was turned away, the second one bought: nothing may be bought again."""
    await counter.sim.script(NUMBER, {"do": "refuse", "rc": "44"}, PENDING)
    order = await counter.buys(NUMBER)
    (first,) = await counter.claim()
    late = await counter.start(first)
    await counter.later(LEASE_S)
    await counter.work()
    await counter.later(60)
    assert await counter.work() == 1
    await late.end()
    assert await counter.state(order.id) == "sent"
    assert len(await counter.attempts(order.id)) == 1
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "delivered"
    await counter.assert_honest()


async def test_a_late_not_formed_is_believed_while_no_other_call_has_left(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, {"do": "refuse", "rc": "63"}, PENDING)
    order = await counter.buys(NUMBER)
    (first,) = await counter.claim()
    late = await counter.start(first)
    await counter.later(LEASE_S)
    await late.end()
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.assert_honest()


async def test_a_deadline_that_passes_while_the_order_is_sent_frees_nothing(
    counter: Counter,
) -> None:
    """The sweep saw the order held; by the time it settles, a worker has claimed it."""
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    (claimed,) = await counter.claim()
    call = await counter.start(claimed)
    refusal = Rejected(Fault.OTHER, formed=False, reason="terlambat")
    deadline = Tidings(claimed.attempt.id, refusal, Via.DEADLINE, counter.clock.now())
    for _ in range(2):
        (result,) = await settle_many(counter.desk, [deadline])
        assert isinstance(result, Settled) and result.state == "sent"
    await call.end()
    assert await counter.state(order.id) == "sent"
    await counter.later(1_000)
    assert await end_overdue(counter.desk) == 0
    assert await counter.money() == 1_000_000 - PRICE
    await counter.assert_honest()


async def test_callback_answer_and_enquiry_racing_settle_once(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING, SUCCESS)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    (again,) = await counter.claim()
    call = await counter.start(again)
    for tele in "abc":
        await counter.knock(order.code, tele=tele)
    await asyncio.gather(call.end(), counter.read_inbox(), counter.read_inbox())
    assert await counter.state(order.id) == "delivered"
    assert await counter.account("sales") == PRICE
    assert await counter.account("cost") == -COST
    await counter.assert_honest()


async def test_an_operator_decides_no_dispute_while_a_call_is_in_flight(counter: Counter) -> None:
    """A first attempt's late success disputes the order while its second attempt is asked for."""
    await counter.sim.script("081200009999", {"do": "fail", "rc": "55"}, SUCCESS)
    order = await counter.buys("081200009999", product=FOUR_OFFERS)
    await counter.work()
    (second,) = await counter.claim()
    call = await counter.start(second)
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "disputed"
    with pytest.raises(CallUnderWay):
        await resolve(
            counter.desk, order.id, Decision.ABSORB, actor="op", reason="bukti dari seller"
        )
    await call.end()
    to = await resolve(
        counter.desk, order.id, Decision.ABSORB, actor="op", reason="bukti dari seller"
    )
    assert to == "delivered"
    assert await counter.account("losses") == -10_275, "the sale covers the dearer one"
    await counter.assert_honest()


async def test_an_operator_ends_no_order_while_a_call_is_in_flight(counter: Counter) -> None:
    """Told so, and not that the order could not be ended at all."""
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    (claimed,) = await counter.claim()
    call = await counter.start(claimed)
    seen = {"actor": "op", "reason": "tidak ada di panel"}
    with pytest.raises(CallUnderWay):
        await end(counter.desk, order.id, Verdict.FAILED, **seen)
    assert await counter.state(order.id) == "sent"
    await call.end()
    assert await end(counter.desk, order.id, Verdict.FAILED, **seen) == "failed"
    assert await counter.money() == 1_000_000
    assert await counter.breaches() == []


async def test_an_order_is_cancelled_or_sent_and_never_both(counter: Counter) -> None:
    orders = [await counter.buys(f"08780000{n:04}") for n in range(9_000, 9_012)]

    async def give_up(order_id: int) -> bool:
        try:
            await cancel(counter.desk, order_id, user_id=1, because="buyer")
        except CannotCancel:
            return False
        return True

    giving_up = asyncio.gather(*(give_up(order.id) for order in orders))
    claimed = await asyncio.gather(*(counter.claim(4) for _ in range(3)))
    gone = await giving_up
    sent = {one.attempt.order_id for some in claimed for one in some}
    cancelled = {order.id for order, went in zip(orders, gone, strict=True) if went}
    assert not sent & cancelled
    for some in claimed:
        await asyncio.gather(*(counter.finish(one) for one in some))
    while await counter.work():
        pass
    states = {order.id: await counter.state(order.id) for order in orders}
    assert {i for i, state in states.items() if state == "cancelled"} == cancelled
    assert {i for i, state in states.items() if state == "delivered"} == set(states) - cancelled
    await counter.assert_honest()
