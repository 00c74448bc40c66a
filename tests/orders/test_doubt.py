"""What is not certain moves no money; how doubt ends, and when it never does."""

from __future__ import annotations

import pytest

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, NotSent, Pending
from konter.orders.desk import PendingDeadline
from konter.orders.end_overdue import end_overdue
from konter.orders.hasten import hasten
from konter.orders.settle import settle_many
from konter.orders.sweep import find_stuck
from konter.orders.tidings import Settled, Tidings, Via
from konter.suppliers.deposit import check_balance
from tests.orders.counter import ACCOUNT, COST, FOUR_OFFERS, PRICE, Counter, provider_at

NUMBER = "087800009999"
TELKOMSEL = "081200009999"
PENDING = {"do": "pending", "then": "never"}
CLOSED_PORT = "http://127.0.0.1:9/v1"


async def test_a_refusal_44_in_an_enquiry_moves_nothing_while_the_purchase_lives(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING, {"do": "refuse", "rc": "44"})
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(120)
    assert await counter.work() == 1
    assert await counter.state(order.id) == "sent"
    assert await counter.money() == 1_000_000 - PRICE
    assert await counter.tasks() == set()
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "delivered"
    await counter.assert_honest()


async def test_a_refusal_44_at_first_closes_the_gate_until_the_deposit_suffices(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, {"do": "refuse", "rc": "44"}, {"do": "success"})
    order = await counter.buys(NUMBER)
    await counter.work()
    assert await counter.state(order.id) == "held"
    assert await counter.tasks() == {"gate_closed"}
    first, second = await counter.attempts(order.id)
    assert (first.state, second.state) == ("rejected", "due")
    assert first.reference != second.reference
    await counter.later(61)
    assert await counter.work() == 0, "the gate is closed"
    assert (await check_balance(counter.suppliers, ACCOUNT)).reopened
    assert await counter.work() == 1
    assert await counter.state(order.id) == "delivered"
    assert await counter.tries(order.id) == 1, "waiting for a supplier uses no try"
    await counter.assert_honest()


async def test_a_doubtful_refusal_is_final_when_a_second_call_a_minute_later_agrees(
    counter: Counter,
) -> None:
    order = await counter.buys("087800004001")
    await counter.work()
    assert await counter.state(order.id) == "sent", "rc 01 once proves nothing"
    await counter.later(59)
    assert await counter.work() == 0
    await counter.later(1.1)
    assert await counter.work() == 1
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.assert_honest()


async def test_a_doubtful_refusal_by_callback_agrees_with_nothing(counter: Counter) -> None:
    order = await counter.buys("087800004001")
    await counter.work()
    await counter.later(61)
    await counter.callback(order.code, status="Gagal", rc="01")
    assert await counter.state(order.id) == "sent"
    await counter.assert_honest()


async def test_a_doubtful_refusal_is_forgotten_when_a_call_says_otherwise(
    counter: Counter,
) -> None:
    time_out = {"do": "raw", "commit": True, "truth": "pending"}
    said = {"status": "Gagal", "rc": "01", "message": "Timeout"}
    order = await counter.buys(NUMBER)
    named = {"ref_id": order.code, "customer_no": NUMBER, "buyer_sku_code": "xld10"}
    doubtful = {**time_out, "data": {**said, **named}, "status": 200}
    await counter.sim.script(NUMBER, doubtful, PENDING, doubtful)
    for _ in range(3):
        await counter.later(121)
        assert await counter.work() == 1
    assert await counter.state(order.id) == "sent", "the two refusals do not follow each other"
    await counter.assert_honest()


async def test_what_never_left_is_due_again_under_its_reference_and_uses_no_try(
    counter: Counter,
) -> None:
    there, gone = counter.desk.providers, {ACCOUNT: provider_at(CLOSED_PORT)}
    order = await counter.buys(NUMBER)
    counter.with_rules(providers=gone)
    waits = []
    for _ in range(4):
        assert await counter.work() == 1
        attempt = await counter.attempt(order.id)
        assert (attempt.state, attempt.sends, attempt.reference) == ("due", 0, order.code)
        assert await counter.state(order.id) == "held"
        assert attempt.next_action_at is not None
        waits.append((attempt.next_action_at - counter.clock.now()).total_seconds())
        await counter.later(waits[-1])
    assert waits == [1, 2, 4, 8], "it waits longer each time"
    counter.with_rules(providers=there)
    assert await counter.work() == 1
    assert await counter.state(order.id) == "delivered"
    assert await counter.tries(order.id) == 1
    assert await counter.calls(order.code) == 1
    await counter.assert_honest()


async def test_what_may_have_left_before_is_not_due_again_when_a_later_call_did_not_leave(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, {"do": "reset", "commit": True, "truth": "pending"})
    order = await counter.buys(NUMBER)
    await counter.work()
    counter.with_rules(providers={ACCOUNT: provider_at(CLOSED_PORT)})
    await counter.later(121)
    assert await counter.work() == 1
    attempt = await counter.attempt(order.id)
    assert (attempt.state, attempt.sends) == ("open", 1)
    assert await counter.state(order.id) == "sent"
    await counter.assert_honest()


async def test_telling_of_one_call_twice_counts_it_once(counter: Counter) -> None:
    """A commit whose end is unknown is settled again; the call it tells of is still one call."""
    order = await counter.buys(NUMBER)
    await counter.claim()
    await counter.later(151)
    await counter.work()
    await counter.later(60)
    (claimed,) = await counter.claim()
    attempt_id, fence = claimed.attempt.id, claimed.attempt.fence
    silence = Tidings(attempt_id, NotSent("x"), Via.ENQUIRY, counter.clock.now(), fence)
    for _ in range(3):
        await settle_many(counter.desk, [silence])
        attempt = await counter.attempt(order.id)
        assert (attempt.sends, attempt.state) == (1, "open"), "the lost call may have left"
    await counter.later(121)
    (claimed,) = await counter.claim()
    answer = Tidings(attempt_id, Pending(), Via.ENQUIRY, counter.clock.now(), claimed.attempt.fence)
    for _ in range(3):
        await settle_many(counter.desk, [answer])
        assert (await counter.attempt(order.id)).enquiries == 1


async def test_after_85_days_nothing_is_asked_any_more(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(85 * 86_400 - 10)
    assert await counter.work() == 1
    await counter.later(86_400)
    assert await counter.work() == 0
    assert await counter.calls(order.code) == 2
    assert "review" in await counter.tasks()
    assert await counter.state(order.id) == "sent"
    await counter.later(86_400)
    assert await counter.work() == 0
    await counter.assert_honest()


async def test_five_enquiries_come_at_their_spacing_and_then_ever_rarer(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    gaps = []
    for _ in range(8):
        assert await counter.work() == 1
        due = (await counter.attempt(order.id)).next_action_at
        assert due is not None
        gaps.append((due - counter.clock.now()).total_seconds())
        await counter.later(gaps[-1])
    assert gaps == [120, 120, 120, 120, 120, 240, 480, 960]
    await counter.assert_honest()


async def test_news_that_decides_nothing_does_not_put_the_next_question_off(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    due = (await counter.attempt(order.id)).next_action_at
    for n in range(3):
        await counter.later(30)
        await counter.callback(order.code, tele=str(n))
        assert (await counter.attempt(order.id)).next_action_at == due


async def test_a_shop_may_refund_after_the_fifth_pending_answer_and_never_asks_again(
    counter: Counter,
) -> None:
    counter.with_rules(pending_deadline=PendingDeadline.REFUND)
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    for n in range(5):
        assert await counter.state(order.id) == "sent", n
        await counter.later(120)
        assert await counter.work() == 1
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.later(86_400)
    assert await counter.work() == 0
    assert await counter.calls(order.code) == 6
    await counter.assert_honest()
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    assert await counter.state(order.id) == "disputed"
    assert await counter.tasks() == {"dispute"}
    await counter.assert_honest()


async def test_silence_is_never_taken_for_the_fifth_pending_answer(counter: Counter) -> None:
    counter.with_rules(pending_deadline=PendingDeadline.REFUND)
    silence = {"do": "reset", "commit": True, "truth": "pending"}
    await counter.sim.script(NUMBER, PENDING, *([silence] * 6))
    order = await counter.buys(NUMBER)
    for _ in range(7):
        assert await counter.work() == 1
        await counter.later(1_000)
    assert await counter.state(order.id) == "sent"


async def test_an_order_is_tried_at_three_offers_at_most(counter: Counter) -> None:
    await counter.sim.script(TELKOMSEL, {"do": "fail", "rc": "55"})
    order = await counter.buys(TELKOMSEL, product=FOUR_OFFERS)
    for _ in range(5):
        await counter.work()
        await counter.later(1)
    attempts = await counter.attempts(order.id)
    assert [a.sku for a in attempts] == ["s10", "t10", "i10"]
    assert len({a.reference for a in attempts}) == 3
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.assert_honest()


async def test_an_order_goes_on_at_the_next_offer_and_is_delivered(counter: Counter) -> None:
    await counter.sim.script(TELKOMSEL, {"do": "fail", "rc": "55"}, {"do": "success"})
    order = await counter.buys(TELKOMSEL, product=FOUR_OFFERS)
    await counter.work()
    assert await counter.state(order.id) == "held"
    await counter.work()
    assert await counter.state(order.id) == "delivered"
    assert await counter.tries(order.id) == 2
    await counter.assert_honest()


async def test_the_same_thing_for_the_same_number_waits_a_minute(counter: Counter) -> None:
    one, two = await counter.buys(NUMBER), await counter.buys(NUMBER)
    assert await counter.work() == 1
    await counter.later(59)
    assert await counter.work() == 0
    await counter.later(2)
    assert await counter.work() == 1
    assert {await counter.state(o.id) for o in (one, two)} == {"delivered"}
    await counter.assert_honest()


@pytest.mark.parametrize("account", [None, ACCOUNT])
async def test_a_paused_shop_or_supplier_sends_nothing(
    counter: Counter, account: str | None
) -> None:
    order = await counter.buys(NUMBER)
    await counter.pause(account)
    assert await counter.work() == 0
    assert await counter.calls(order.code) == 0
    await counter.resume(account)
    assert await counter.work() == 1
    assert await counter.state(order.id) == "delivered"
    await counter.assert_honest()


async def test_a_held_order_past_its_deadline_is_given_back_and_never_sent(
    counter: Counter,
) -> None:
    order = await counter.buys(NUMBER)
    await counter.pause()
    await counter.later(899)
    assert await end_overdue(counter.desk) == 0
    await counter.later(1)
    assert await end_overdue(counter.desk) == 1
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.resume()
    assert await counter.work() == 0
    assert await counter.calls(order.code) == 0
    await counter.assert_honest()


async def test_an_order_past_its_deadline_is_not_begun(counter: Counter) -> None:
    await counter.buys(NUMBER)
    await counter.later(901)
    assert await counter.work() == 0


async def test_a_refresh_brings_the_question_forward_and_keeps_the_minute(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    ended = counter.clock.now()
    await counter.later(10)
    for _ in range(3):
        due = await hasten(counter.desk, order.id)
        assert due is not None and (due - ended).total_seconds() == 60
    await counter.later(50)
    assert await counter.work() == 1
    await counter.assert_honest()


async def test_a_stuck_order_is_named_once_and_the_task_closes_with_it(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.later(1_801)
    assert await find_stuck(counter.desk) == 1
    assert await find_stuck(counter.desk) == 0
    assert await counter.tasks() == {"stuck"}
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    assert await counter.tasks() == set()
    assert await find_stuck(counter.desk) == 0


async def test_one_item_that_cannot_be_settled_costs_the_others_nothing(counter: Counter) -> None:
    orders = [await counter.buys(f"08780000{n}") for n in (9_001, 9_002, 9_003)]
    claimed = await counter.claim()
    now = counter.clock.now()
    told = {
        one.attempt.id: Delivered("SN", Rupiah(COST), "\x00" if n == 1 else "ok")
        for n, one in enumerate(claimed)
    }
    results = await settle_many(
        counter.desk,
        [
            Tidings(one.attempt.id, told[one.attempt.id], Via.PURCHASE, now, one.attempt.fence)
            for one in claimed
        ],
    )
    assert [isinstance(result, Settled) for result in results] == [True, False, True]
    states = sorted([await counter.state(order.id) for order in orders])
    assert states == ["delivered", "delivered", "sent"]
    assert await counter.breaches() == []


async def test_one_order_that_stands_many_times_in_one_list_is_settled_once(
    counter: Counter,
) -> None:
    order = await counter.buys(NUMBER)
    (one,) = await counter.claim()
    now, news = counter.clock.now(), Delivered("SN", Rupiah(COST))
    answer = Tidings(one.attempt.id, news, Via.PURCHASE, now, one.attempt.fence)
    again = Tidings(one.attempt.id, news, Via.CALLBACK, now)
    results = await settle_many(counter.desk, [answer, again, again, answer])
    assert [r.state.value for r in results if isinstance(r, Settled)] == ["delivered"] * 4
    assert await counter.account("sales") == PRICE
    assert await counter.breaches() == []
    assert await counter.state(order.id) == "delivered"
