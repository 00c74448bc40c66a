"""What became of a bill's payment is asked, and it is never paid again."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from konter.kernel.errors import CommitUnknown
from konter.kernel.outcome import Fault, Rejected
from konter.orders.desk import PendingDeadline
from konter.orders.end import Verdict, end
from konter.orders.hasten import hasten
from konter.orders.judge import ProductClosed
from konter.orders.pay_bill import PaidBill
from konter.orders.restore import doubt_since
from konter.orders.settle import settle_many
from konter.orders.tidings import Settled, Tidings, Via
from konter.suppliers.gate import open_gate
from tests.funding.paper import WeakLine
from tests.orders.bill_counter import (
    BILL,
    COMMISSION,
    COST,
    HOUSE,
    PLN,
    TOTAL,
    BillCounter,
    open_bill_counter,
)
from tests.orders.counter import ACCOUNT
from tests.sim_process import Sim

CODES = [*(f"{n:02d}" for n in (0, 1, 2, 3, *range(40, 46), 47, *range(49, 64))), "66", "68", "69"]
CODES += [*map(str, range(70, 75)), "80", "81", "82", "84", "85", "86", "87", "88", "99"]
UNDECIDED = {"49", "85"}
"""Said of a payment, these prove nothing: a person ends it."""
LEASE_S = 150
GAP_S = 60


def trick(suffix: str) -> str:
    """A number of PLN that plays this trick."""
    return f"53001111{suffix}"


async def taken(bills: BillCounter, suffix: str, ref_id: str = "b1") -> PaidBill:
    """A payment taken of a number that plays this trick and owes BILL."""
    await bills.sim.owe(PLN, trick(suffix), BILL)
    return await bills.takes(ref_id, trick(suffix))


async def reference(bills: BillCounter, paid: PaidBill) -> str:
    return (await bills.attempt(paid.order.id)).reference


@pytest.mark.parametrize("suffix", ["5002", "5004", "5008", "5009", "6005", "5006", "5007"])
async def test_a_payment_whose_answer_was_lost_is_asked_about_and_never_paid_again(
    bills: BillCounter, suffix: str
) -> None:
    paid = await taken(bills, suffix)
    await bills.work()
    assert await bills.state(paid.order.id) == "sent"
    await bills.later(GAP_S - 1)
    assert await bills.work() == 0, "not before their minute is over"
    await bills.later(1)
    assert await bills.work() == 1
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.commands() == ["inq-pasca", "pay-pasca", "status-pasca"]
    assert await bills.account("cost") == -COST
    await bills.assert_honest()


@pytest.mark.parametrize("suffix", ["5001", "5003", "5010"])
async def test_no_record_of_a_payment_proves_nothing_and_a_person_ends_it(
    bills: BillCounter, suffix: str
) -> None:
    paid = await taken(bills, suffix)
    for _ in range(6):
        await bills.work()
        await bills.later(600)
    assert await bills.state(paid.order.id) == "sent"
    assert len(await bills.sim.calls("pay-pasca")) == 1
    assert await bills.money() == 1_000_000 - TOTAL
    again = await bills.finds("b2", trick(suffix)) if suffix != "5010" else None
    if again is not None:
        assert await bills.says(again) == "bill_being_paid"
    verdict = Verdict.DELIVERED if suffix == "5010" else Verdict.FAILED
    reason = "panel Digiflazz: dilihat pukul 10"
    await end(bills.desk, paid.order.id, verdict, actor="rina", reason=reason)
    assert await bills.state(paid.order.id) == verdict.value
    await bills.assert_honest()


async def test_a_worker_that_died_with_the_payment_leaves_a_question(bills: BillCounter) -> None:
    paid = await taken(bills, "9999")
    (lost,) = await bills.claim()
    call = await bills.start(lost)
    call.task.cancel()
    await bills.later(LEASE_S)
    assert await bills.work() == 0
    await bills.later(GAP_S)
    assert await bills.work() == 1
    assert await bills.state(paid.order.id) == "delivered"
    assert len(await bills.sim.calls("pay-pasca")) == 1
    await bills.assert_honest()


async def test_a_worker_that_died_before_it_asked_pays_nothing(bills: BillCounter) -> None:
    """Nobody knows that nothing left, so it is asked about; a person ends it."""
    paid = await taken(bills, "9999")
    await bills.claim()
    await bills.later(LEASE_S)
    for _ in range(4):
        await bills.work()
        await bills.later(300)
    assert await bills.sim.calls("pay-pasca") == []
    assert await bills.state(paid.order.id) == "sent"


async def test_pending_is_asked_about_ever_rarer_and_never_sooner_than_a_minute(
    bills: BillCounter,
) -> None:
    paid = await taken(bills, "6001")
    gaps = []
    for _ in range(8):
        assert await bills.work() == 1
        due = (await bills.attempt(paid.order.id)).next_action_at
        assert due is not None
        gaps.append(round((due - bills.clock.now()).total_seconds()))
        await bills.later(gaps[-1])
    assert gaps[0] == GAP_S and min(gaps) >= GAP_S and gaps == sorted(gaps)
    assert await bills.commands() == ["inq-pasca", "pay-pasca", *["status-pasca"] * 7]
    assert await bills.state(paid.order.id) == "sent"
    await bills.assert_honest()


async def test_a_hint_has_the_payment_asked_about_and_says_nothing_itself(
    bills: BillCounter,
) -> None:
    """A signed webhook, whatever it says: the status call tells."""
    paid = await taken(bills, "6001")
    await bills.work_on(600)
    ref = await reference(bills, paid)
    await bills.sim.settle(ref, "Sukses", webhook=False)
    await bills.later(30)
    await bills.callback(ref, status="Gagal", rc="02")
    assert await bills.state(paid.order.id) == "sent"
    assert await bills.work() == 0
    await bills.later(30)
    assert await bills.work() == 1
    assert await bills.state(paid.order.id) == "delivered"
    await bills.assert_honest()


async def test_a_webhook_about_a_check_alone_is_not_ours(bills: BillCounter) -> None:
    await bills.finds()
    await bills.callback((await bills.tries_made())[0][0], status="Sukses", rc="00")
    assert await bills.money() == 1_000_000
    assert await bills.breaches() == []


async def test_a_payment_taken_back_later_is_a_dispute(bills: BillCounter) -> None:
    paid = await taken(bills, "9999")
    await bills.work()
    ref = await reference(bills, paid)
    await bills.sim.settle(ref, "Gagal", rc="74", webhook=False)
    await bills.later(3600)
    await bills.callback(ref)
    assert await bills.state(paid.order.id) == "disputed"
    assert await bills.account("cost") == 0
    again = await bills.finds("b2", trick("9999"))
    assert await bills.says(again) == "bill_being_paid"
    await bills.assert_honest()


async def test_a_person_hastens_the_question_as_far_as_a_minute(bills: BillCounter) -> None:
    paid = await taken(bills, "6001")
    await bills.work_on(60)
    asked_at = bills.clock.now()
    await bills.later(5)
    assert await hasten(bills.desk, paid.order.id) == asked_at + timedelta(seconds=GAP_S)
    await bills.later(GAP_S - 5)
    assert await bills.work() == 1


@pytest.mark.parametrize("suffix", ["4002", "8054", "8053"])
async def test_a_refused_payment_fails_and_gives_the_whole_price_back(
    bills: BillCounter, suffix: str
) -> None:
    paid = await taken(bills, suffix)
    await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert (await bills.money(), await bills.account("escrow")) == (1_000_000, 0)
    assert len(await bills.attempts(paid.order.id)) == 1
    assert await bills.says(await bills.finds("b2", trick(suffix))) == "taken"
    await bills.assert_honest()


@pytest.mark.parametrize("suffix", ["4044", "8041", "8045"])
async def test_a_fault_of_ours_fails_the_payment_and_closes_the_gate(
    bills: BillCounter, suffix: str
) -> None:
    """No second attempt: the day and the reference of the check are all there is."""
    paid = await taken(bills, suffix)
    await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert await bills.money() == 1_000_000
    assert await bills.tasks() == {"gate_closed"}
    assert len(await bills.attempts(paid.order.id)) == 1
    await bills.assert_honest()


async def test_no_code_is_read_as_what_it_does_not_say(bills: BillCounter) -> None:
    """Each of their codes answers a payment; afterwards both books agree about each one."""
    await bills.sim.options(webhook_delay_ms=0)
    paid = {}
    for rc in CODES:
        await bills.sim.owe(PLN, trick(f"80{rc}"), 10_000)
        paid[rc] = await bills.takes(rc, trick(f"80{rc}"))
    assert await bills.work() == len(CODES)
    async with bills.db.transaction() as tx:
        assert await open_gate(tx, ACCOUNT)
    for _ in range(3):
        await bills.later(GAP_S)
        await bills.work()
    took = {row["customer_no"] for row in await bills.sim.bills() if row["formed"]}
    states = {rc: await bills.state(one.order.id) for rc, one in paid.items()}
    delivered = {rc for rc, state in states.items() if state == "delivered"}
    assert {trick(f"80{rc}") for rc in delivered} == took
    assert {rc for rc, state in states.items() if state == "sent"} == UNDECIDED
    assert set(states.values()) == {"delivered", "failed", "sent"}
    assert len(await bills.sim.calls("pay-pasca")) == len(CODES)
    await bills.assert_honest()


@pytest.mark.parametrize("suffix", ["4001", "4070"])
async def test_a_doubtful_refusal_is_final_only_when_the_status_agrees(
    bills: BillCounter, suffix: str
) -> None:
    paid = await taken(bills, suffix)
    await bills.work()
    assert await bills.state(paid.order.id) == "sent"
    await bills.later(GAP_S)
    await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert await bills.money() == 1_000_000
    await bills.assert_honest()


async def test_a_doubtful_refusal_that_the_status_contradicts_is_none(bills: BillCounter) -> None:
    paid = await taken(bills, "4101")
    await bills.work_on(GAP_S)
    assert await bills.state(paid.order.id) == "delivered"
    assert len(await bills.sim.calls("pay-pasca")) == 1


async def test_a_price_that_grew_is_booked_and_a_person_looks(bills: BillCounter) -> None:
    paid = await taken(bills, "6007")
    await bills.work()
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.account("cost") == -(COST + 5_000)
    assert await bills.tasks() == {"dear_cost"}
    await bills.assert_honest()


async def test_a_price_that_grew_within_the_margin_is_for_a_person_too(bills: BillCounter) -> None:
    await bills.sim.script(HOUSE, {"do": "success", "dearer": COMMISSION - 1_000})
    await bills.takes()
    await bills.work()
    assert await bills.tasks() == {"dear_cost"}
    await bills.assert_honest()


async def test_a_bill_that_keeps_failing_is_left_out_until_one_may_try(
    bills: BillCounter,
) -> None:
    for n in range(5):
        await bills.sim.script(trick(f"999{n}"), {"do": "fail"})
        await bills.takes(f"b{n}", trick(f"999{n}"))
    found = await bills.finds("good")
    await bills.work()
    assert await bills.tasks() == {"breaker_open"}
    assert await bills.says(found) == "product_closed"
    await bills.later(901)
    assert await bills.says(await bills.finds("again")) == "taken"
    assert await bills.says(await bills.finds("c", product="plnpasca")) == "bill_being_paid"
    with pytest.raises(ProductClosed):
        await bills.checks("d", trick("9998"))
    await bills.work()
    assert (await bills.checks("d", trick("9998"))).is_found
    await bills.assert_honest()


async def test_a_gate_that_is_closed_lets_questions_through_and_no_payment(
    bills: BillCounter,
) -> None:
    waits = await taken(bills, "6001", "b1")
    await bills.work()
    await bills.later(GAP_S)
    later = await taken(bills, "9999", "b2")
    await bills.pause(ACCOUNT)
    assert await bills.work() == 1
    assert await bills.commands() == ["inq-pasca", "pay-pasca", "inq-pasca", "status-pasca"]
    await bills.resume(ACCOUNT)
    assert await bills.work() == 1
    assert await bills.state(later.order.id) == "delivered"
    assert await bills.state(waits.order.id) == "sent"
    await bills.assert_honest()


async def test_what_never_left_goes_again_under_the_same_reference(bills: BillCounter) -> None:
    paid = await taken(bills, "9999")
    (claimed,) = await bills.claim()
    bills.clock.advance(LEASE_S / 4 + 1)
    await bills.finish(claimed)
    assert await bills.state(paid.order.id) == "held"
    assert await bills.work() == 0
    await bills.later(1)
    assert await bills.work() == 1
    assert await bills.state(paid.order.id) == "delivered"
    await bills.assert_honest()


async def test_after_a_restore_what_may_have_been_paid_is_only_asked_about(
    bills: BillCounter,
) -> None:
    paid = await taken(bills, "9999")
    assert await doubt_since(bills.desk, bills.clock.now()) == 1
    assert await bills.work() == 1
    assert await bills.commands() == ["inq-pasca", "status-pasca"]
    assert await bills.state(paid.order.id) == "sent"


async def test_a_payment_given_up_by_the_shops_rule_is_not_asked_about_again(
    bills: BillCounter,
) -> None:
    bills.with_rules(pending_deadline=PendingDeadline.REFUND)
    paid = await taken(bills, "6001")
    await bills.work()
    while (due := (await bills.attempt(paid.order.id)).next_action_at) is not None:
        await bills.later((due - bills.clock.now()).total_seconds())
        await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert len(await bills.sim.calls("status-pasca")) == 5
    assert await bills.money() == 1_000_000
    assert await bills.work() == 0
    assert len(await bills.sim.calls("pay-pasca")) == 1
    assert await bills.sim.breaches() == []
    assert await bills.breaches() == []


@pytest.mark.parametrize("how", [0, 1, 2])
@pytest.mark.parametrize("commit", [1, 2])
async def test_a_payment_is_made_once_though_the_line_breaks_at_any_commit(
    stocked_with_bills: str, sim: Sim, commit: int, how: int
) -> None:
    """At the claim, and at the settlement."""
    line = WeakLine()
    async with open_bill_counter(stocked_with_bills, sim, observer=line) as bills:
        paid = await bills.takes()
        line.arm(commit, how)
        for wait in (0, LEASE_S, GAP_S, GAP_S):
            await bills.later(wait)
            try:
                await bills.work()
            except (CommitUnknown, psycopg.OperationalError) as error:
                assert line.breaks == 1, error
        made = len(await bills.sim.calls("pay-pasca"))
        assert made <= 1
        claimed_in_vain = commit == 1 and how == 2
        assert await bills.state(paid.order.id) == ("sent" if claimed_in_vain else "delivered")
        assert made == int(not claimed_in_vain)
        assert await bills.sim.breaches() == []
        assert await bills.breaches() == []


async def test_a_refusal_that_came_while_the_payment_was_asked_about_waits_for_it(
    bills: BillCounter,
) -> None:
    paid = await taken(bills, "9999")
    (claimed,) = await bills.claim()
    call = await bills.start(claimed)
    refused = Rejected(Fault.OTHER, formed=True, reason="gagal", code="02")
    (settled,) = await settle_many(
        bills.desk, [Tidings(claimed.attempt.id, refused, Via.RECHECK, bills.clock.now())]
    )
    assert isinstance(settled, Settled) and settled.parked
    await call.end()
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.tasks() == {"review"}
