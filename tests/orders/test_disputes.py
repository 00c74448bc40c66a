"""News that contradicts what was settled: a dispute, which a person decides, once."""

from __future__ import annotations

import pytest

from konter.kernel.errors import Invalid
from konter.ledger.post import FloorPassed
from konter.orders.read import OrderNotFound
from konter.orders.resolve import Decision, DecisionImpossible, NotDisputed, resolve
from konter.orders.states import OrderState
from tests.orders.counter import COST, FOUR_OFFERS, PRICE, Counter

NUMBER = "087800009999"
TELKOMSEL = "081200009999"
WHY = "bukti SN dari seller"


async def refunded_then_delivered(counter: Counter) -> int:
    """An order refused and given back, whose success comes afterwards."""
    await counter.sim.script(NUMBER, {"do": "fail", "rc": "54"})
    order = await counter.buys(NUMBER)
    await counter.work()
    assert await counter.state(order.id) == "failed"
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "disputed"
    await counter.assert_honest()
    return order.id


async def delivered_then_reversed(counter: Counter) -> int:
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.sim.settle(order.code, "Gagal", rc="74", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "disputed"
    await counter.assert_honest()
    return order.id


async def decided(counter: Counter, order_id: int, decision: Decision) -> OrderState:
    return await resolve(counter.desk, order_id, decision, actor="rina", reason=WHY)


async def test_a_success_after_the_refund_books_its_cost_and_waits_for_a_person(
    counter: Counter,
) -> None:
    await refunded_then_delivered(counter)
    assert await counter.account("cost") == -COST
    assert await counter.account("sales") == 0
    assert await counter.money() == 1_000_000
    assert await counter.tasks() == {"dispute"}


async def test_a_late_success_can_be_charged(counter: Counter) -> None:
    order_id = await refunded_then_delivered(counter)
    assert await decided(counter, order_id, Decision.CHARGE) == "delivered"
    assert await counter.money() == 1_000_000 - PRICE
    assert await counter.account("sales") == PRICE
    assert await counter.tasks() == set()
    await counter.assert_honest()


async def test_a_late_success_can_be_our_loss(counter: Counter) -> None:
    order_id = await refunded_then_delivered(counter)
    assert await decided(counter, order_id, Decision.ABSORB) == "failed"
    assert await counter.money() == 1_000_000
    assert (await counter.account("losses"), await counter.account("cost")) == (-COST, 0)
    await counter.assert_honest()


async def test_a_charge_that_the_wallet_cannot_pay_decides_nothing(counter: Counter) -> None:
    order_id = await refunded_then_delivered(counter)
    await counter.spend_all()
    with pytest.raises(FloorPassed):
        await decided(counter, order_id, Decision.CHARGE)
    assert await counter.state(order_id) == "disputed"
    assert await counter.tasks() == {"dispute"}
    await counter.assert_honest()


async def test_a_reversal_after_the_success_brings_its_cost_back(counter: Counter) -> None:
    await delivered_then_reversed(counter)
    assert await counter.account("cost") == 0
    assert await counter.account("sales") == PRICE
    assert await counter.tasks() == {"dispute"}


async def test_a_reversed_order_can_be_given_back(counter: Counter) -> None:
    order_id = await delivered_then_reversed(counter)
    assert await decided(counter, order_id, Decision.REVERSE) == "refunded"
    assert await counter.money() == 1_000_000
    assert await counter.account("sales") == 0
    await counter.assert_honest()


async def test_a_reversed_order_whose_goods_arrived_stays_paid(counter: Counter) -> None:
    order_id = await delivered_then_reversed(counter)
    assert await decided(counter, order_id, Decision.ABSORB) == "delivered"
    assert await counter.money() == 1_000_000 - PRICE
    await counter.assert_honest()


async def test_a_decision_takes_the_price_only_from_where_it_is(counter: Counter) -> None:
    order_id = await delivered_then_reversed(counter)
    with pytest.raises(DecisionImpossible):
        await decided(counter, order_id, Decision.CHARGE)
    other = await refunded_elsewhere(counter)
    with pytest.raises(DecisionImpossible):
        await decided(counter, other, Decision.REVERSE)
    await counter.assert_honest()


async def refunded_elsewhere(counter: Counter) -> int:
    order = await counter.buys("087800004054")
    await counter.work()
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    return order.id


async def test_a_dispute_is_decided_once(counter: Counter) -> None:
    order_id = await delivered_then_reversed(counter)
    await decided(counter, order_id, Decision.REVERSE)
    for decision in Decision:
        with pytest.raises(NotDisputed):
            await decided(counter, order_id, decision)
    assert await counter.money() == 1_000_000


async def test_a_decision_needs_a_reason_and_a_dispute(counter: Counter) -> None:
    order = await counter.buys(NUMBER)
    with pytest.raises(Invalid):
        await resolve(counter.desk, order.id, Decision.ABSORB, actor="rina", reason=" ")
    with pytest.raises(NotDisputed):
        await decided(counter, order.id, Decision.ABSORB)
    with pytest.raises(OrderNotFound):
        await decided(counter, 2**40, Decision.ABSORB)


async def test_a_second_attempt_beside_a_late_success_is_a_double_buy(counter: Counter) -> None:
    """Two deliveries for one order: both cost us, the buyer pays once, nothing more is sent."""
    await counter.sim.script(
        TELKOMSEL, {"do": "fail", "rc": "55"}, {"do": "pending", "then": "never"}
    )
    order = await counter.buys(TELKOMSEL, product=FOUR_OFFERS)
    await counter.work()
    await counter.work()
    first, second = await counter.attempts(order.id)
    await counter.sim.settle(first.reference, "Sukses", webhook=False)
    await counter.callback(first.reference)
    assert await counter.state(order.id) == "disputed"
    assert await counter.account("sales") == PRICE + 275
    await counter.later(3_600)
    assert await counter.work() == 0
    await counter.sim.settle(second.reference, "Sukses", webhook=False)
    await counter.callback(second.reference)
    assert await counter.state(order.id) == "disputed"
    costs = [a.cost for a in await counter.attempts(order.id)]
    assert costs == [10_275, 10_450]
    assert await counter.account("cost") == -sum(cost or 0 for cost in costs)
    assert [await counter.calls(a.reference) for a in (first, second)] == [1, 1]
    await counter.assert_honest()
    assert await decided(counter, order.id, Decision.ABSORB) == "delivered"
    assert await counter.account("losses") == -10_275, "the sale covers the dearer one"
    await counter.assert_honest()


async def test_a_next_attempt_that_has_not_left_is_dropped_by_a_late_success(
    counter: Counter,
) -> None:
    await counter.sim.script(TELKOMSEL, {"do": "fail", "rc": "55"}, {"do": "success"})
    order = await counter.buys(TELKOMSEL, product=FOUR_OFFERS)
    await counter.work()
    first, second = await counter.attempts(order.id)
    await counter.sim.settle(first.reference, "Sukses", webhook=False)
    await counter.callback(first.reference)
    assert await counter.state(order.id) == "disputed"
    await counter.later(1_000)
    assert await counter.work() == 0
    assert await counter.calls(second.reference) == 0
    assert (await counter.attempts(order.id))[1].state == "rejected"
    await counter.assert_honest()


async def test_what_one_dispute_wrote_off_is_not_written_off_again(counter: Counter) -> None:
    await counter.sim.script(TELKOMSEL, {"do": "fail", "rc": "55"}, {"do": "fail", "rc": "54"})
    order = await counter.buys(TELKOMSEL, product=FOUR_OFFERS)
    await counter.work()
    await counter.work()
    assert await counter.state(order.id) == "failed"
    for attempt in await counter.attempts(order.id):
        await counter.sim.settle(attempt.reference, "Sukses", webhook=False)
        await counter.callback(attempt.reference)
        assert await decided(counter, order.id, Decision.ABSORB) == "failed"
    assert await counter.account("losses") == -(10_275 + 10_450)
    assert await counter.account("cost") == 0
    await counter.assert_honest()


async def test_repeated_late_news_disputes_once(counter: Counter) -> None:
    order_id = await refunded_then_delivered(counter)
    order = await counter.order(order_id)
    for tele in "abc":
        await counter.callback(order.code, tele=tele)
    await decided(counter, order_id, Decision.CHARGE)
    await counter.callback(order.code, tele="d")
    assert await counter.state(order_id) == "delivered"
    await counter.assert_honest()
