"""Asking what became of a payment: nothing is lost for want of a callback, nobody is pestered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from konter.funding.ask import Asking, ask, claim_questions
from konter.funding.rows import lock_payments
from konter.upstreams.gateway_contract import Waiting
from tests.funding.cashier import Cashier


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


async def test_a_lost_callback_is_found_by_polling(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.sim.tripay.pay(invoice.reference)
    assert await cashier.ask() == 0, "not before its time"
    await cashier.later(30)
    assert await cashier.ask() == 1
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["said"]) == ("unapplied", "paid")
    assert (payment["amount"], payment["kept"], payment["charged"]) == (50_000, 1_100, 50_000)
    assert payment["next_action_at"] == cashier.clock.now(), "to be applied"
    assert payment["paid_at"] is not None
    assert await cashier.sums() == {"unapplied": 50_000, "gateway:tripay": -48_900, "fees": -1_100}
    assert cashier.hints.confirmed == 1
    assert (await cashier.row(invoice))["state"] == "ended"
    await cashier.assert_honest()


async def test_questions_about_an_unpaid_one_become_rarer(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    waits = []
    for _ in range(6):
        due = (await cashier.payment(invoice))["next_action_at"]
        waits.append((due - cashier.clock.now()).total_seconds())
        await cashier.later(waits[-1])
        assert await cashier.ask() == 1
        assert await cashier.ask() == 0
    assert waits == [30, 30, 30, 45, 67.5, 101.25]
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["said"], payment["asks"]) == ("waiting", "waiting", 6)
    await cashier.assert_honest()


async def test_one_whose_time_is_over_is_asked_once_more_and_ends(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.later(3500)
    await cashier.ask()
    payment = await cashier.payment(invoice)
    expires_at = (await cashier.row(invoice))["expires_at"]
    assert payment["next_action_at"] == expires_at + seconds(5)
    await cashier.later(106)
    assert await cashier.ask() == 1
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["said"]) == ("ended", "expired")
    assert await cashier.sums() == {}


async def test_what_stays_undecided_is_watched_for_days_and_then_no_more(cashier: Cashier) -> None:
    await cashier.sim.tripay.options(expires_by_itself=False)
    invoice = await cashier.opened("tripay")
    await cashier.later(3600 + 259_000)
    assert await cashier.ask() == 1
    assert (await cashier.payment(invoice))["state"] == "waiting"
    await cashier.later(21_600)
    assert await cashier.ask() == 1
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["said"]) == ("ended", "waiting")
    assert payment["next_action_at"] is None


async def test_a_question_without_an_answer_decides_nothing(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.sim.tripay.script(invoice.reference, {"do": "http"}, {"do": "answer"})
    await cashier.sim.tripay.pay(invoice.reference)
    await cashier.later(30)
    await cashier.ask()
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["asks"]) == ("waiting", 1)
    assert "502" in payment["problem"] and payment["lease_until"] is None
    await cashier.later(30)
    await cashier.ask()
    payment = await cashier.payment(invoice)
    assert payment["state"] == "unapplied" and payment["problem"] is None
    await cashier.assert_honest()


async def test_a_crash_between_question_and_answer_costs_a_lease_and_nothing_else(
    cashier: Cashier,
) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.sim.tripay.pay(invoice.reference)
    await cashier.later(30)
    assert len(await cashier.claim()) == 1
    assert await cashier.claim() == []
    await cashier.later(cashier.desk.lease("tripay").total_seconds())
    assert await cashier.ask() == 1
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    await cashier.assert_honest()


async def test_a_late_answer_under_an_old_lease_is_still_believed(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.later(30)
    (old,) = await cashier.claim()
    await cashier.later(cashier.desk.lease("tripay").total_seconds())
    (new,) = await cashier.claim()
    assert isinstance(old, Asking) and isinstance(new, Asking)
    before = await cashier.payment(invoice)
    await cashier.told(old.payment_id, Waiting(), fence=old.fence)
    after = await cashier.payment(invoice)
    assert after["lease_until"] == before["lease_until"], "somebody else's by now"
    assert after["next_action_at"] == before["next_action_at"]
    await cashier.sim.tripay.pay(invoice.reference)
    await ask(cashier.desk, replace(old, start_by=cashier.clock.monotonic()))
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    await cashier.later(10)
    await ask(cashier.desk, replace(new, start_by=cashier.clock.monotonic()))
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    await cashier.assert_honest()


async def test_a_question_that_starts_too_late_is_not_sent(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.later(30)
    (job,) = await cashier.claim()
    cashier.clock.advance(cashier.desk.lease("tripay").total_seconds() / 2)
    await ask(cashier.desk, job)
    assert await cashier.questions("tripay") == 0
    payment = await cashier.payment(invoice)
    assert payment["state"] == "waiting" and payment["lease_until"] is None


async def test_a_late_payment_that_is_heard_of_is_asked_about_and_counts(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.later(3700)
    await cashier.ask()
    payment = await cashier.payment(invoice)
    assert payment["state"] == "ended"
    await cashier.sim.tripay.pay(invoice.reference)
    await cashier.later(11)
    assert await cashier.hear_of(invoice, payment["their_id"]) == 1
    await cashier.ask()
    assert (await cashier.payment(invoice))["state"] == "unapplied"
    await cashier.assert_honest()


async def test_paid_twice_under_one_reference_is_two_payments(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.sim.tripay.pay(invoice.reference)
    second = await cashier.sim.tripay.pay(invoice.reference)
    await cashier.later(30)
    await cashier.hear_of(invoice, second["id"])
    await cashier.ask()
    assert [p["state"] for p in await cashier.payments(invoice)] == ["unapplied", "unapplied"]
    assert (await cashier.sums())["unapplied"] == 100_000
    await cashier.assert_honest()


async def test_what_somebody_holds_is_passed_over_and_never_waited_for(cashier: Cashier) -> None:
    held, free = await cashier.opened("tripay"), await cashier.opened("tripay")
    await cashier.later(30)
    async with cashier.db.transaction() as tx:
        await lock_payments(tx, [(await cashier.payment(held))["id"]])
        async with asyncio.timeout(2):
            (job,) = await claim_questions(cashier.desk, 50)
    assert isinstance(job, Asking)
    assert job.payment_id == (await cashier.payment(free))["id"]


async def test_no_more_is_claimed_than_there_is_room_for(cashier: Cashier) -> None:
    for gateway in ("tripay", "tripay", "tripay", "ipaymu"):
        await cashier.opened(gateway)
    await cashier.later(30)
    first, second = [await claim_questions(cashier.desk, 3) for _ in range(2)]
    assert [type(job).__name__ for job in first] == ["Search", "Asking", "Asking"]
    assert [type(job).__name__ for job in second] == ["Asking"]


async def test_many_questions_are_answered_each_by_itself(cashier: Cashier) -> None:
    invoices = [await cashier.opened("tripay", 10_000 + n) for n in range(8)]
    for invoice in invoices[::2]:
        await cashier.sim.tripay.pay(invoice.reference)
    await cashier.later(30)
    assert await cashier.ask() == 8
    states = [(await cashier.payment(invoice))["state"] for invoice in invoices]
    assert states == ["unapplied", "waiting"] * 4
    await cashier.assert_honest()
