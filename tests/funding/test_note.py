"""Hints: each makes us ask, none is swallowed, and forgery is not kept without end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from konter.funding.ask import Asking
from konter.funding.note import MOST_UNCONFIRMED
from konter.upstreams.gateway_contract import Expired, Waiting
from tests.funding.cashier import Cashier, paid


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


async def test_a_new_transaction_is_due_at_once(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    assert await cashier.hear_of(invoice, "193205") == 1
    payment = await cashier.payment(invoice)
    assert (payment["state"], payment["next_action_at"]) == ("waiting", cashier.clock.now())
    assert payment["purpose_id"] == invoice.purpose_id


async def test_the_same_hint_twice_is_one_payment(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    assert await cashier.hear_of(invoice, "193205", "193205") == 1
    assert await cashier.hear_of(invoice, "193205") == 1
    assert len(await cashier.payments(invoice)) == 1


async def test_the_same_hint_at_one_moment_is_one_payment(cashier: Cashier) -> None:
    """Ten times: who looked again with a lock waited in a circle in one of five."""
    for start in range(193_205, 193_305, 10):
        invoice = await cashier.opened("ipaymu")
        ids = [str(start + n % 5) for n in range(40)]
        await asyncio.gather(*(cashier.hear_of(invoice, one, ids[0]) for one in ids))
        assert len(await cashier.payments(invoice)) == 5


async def test_a_hint_brings_the_question_forward_but_not_into_the_gap(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    their_id = (await cashier.payment(invoice))["their_id"]
    await cashier.later(300)
    await cashier.ask()
    asked_at = cashier.clock.now()
    await cashier.later(4)
    await cashier.hear_of(invoice, their_id)
    assert (await cashier.payment(invoice))["next_action_at"] == asked_at + seconds(10)
    await cashier.later(6)
    await cashier.ask()
    await cashier.later(20)
    await cashier.hear_of(invoice, their_id)
    assert (await cashier.payment(invoice))["next_action_at"] == cashier.clock.now()
    await cashier.ask()
    assert await cashier.questions("tripay") == 3
    await cashier.assert_honest()


async def test_a_hint_during_a_question_makes_another_one(cashier: Cashier) -> None:
    """They were asked, then it was paid, then the callback came, then their answer."""
    invoice = await cashier.opened("tripay")
    payment = await cashier.payment(invoice)
    await cashier.later(300)
    (job,) = await cashier.claim()
    await cashier.hear_of(invoice, payment["their_id"])
    assert await cashier.claim() == [], "one question at a time"
    assert isinstance(job, Asking)
    await cashier.told(payment["id"], Waiting(), fence=job.fence)
    after = await cashier.payment(invoice)
    assert after["next_action_at"] == cashier.clock.now() + seconds(10)


async def test_a_hint_during_the_last_question_keeps_it_alive(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    payment = await cashier.payment(invoice)
    await cashier.later(3700)
    (job,) = await cashier.claim()
    await cashier.hear_of(invoice, payment["their_id"])
    assert isinstance(job, Asking)
    await cashier.told(payment["id"], Expired(), fence=job.fence)
    after = await cashier.payment(invoice)
    assert (after["state"], after["said"]) == ("waiting", "expired")
    assert after["next_action_at"] == cashier.clock.now() + seconds(10)


async def test_a_hint_about_confirmed_money_changes_nothing(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.hear_of(invoice, "X1")
    await cashier.told((await cashier.payment(invoice))["id"], paid())
    before = await cashier.payment(invoice)
    await cashier.later(60)
    assert await cashier.hear_of(invoice, "X1") == 0
    assert await cashier.payment(invoice) == before


async def test_hints_without_end_are_not_kept_without_end(cashier: Cashier) -> None:
    invoice, other = await cashier.opened("ipaymu"), await cashier.opened("ipaymu")
    assert await cashier.hear_of(invoice, *(f"F{n:02}" for n in range(15))) == 15
    assert await cashier.hear_of(invoice, *(f"F{n:02}" for n in range(10, 30))) == 10
    assert len(await cashier.payments(invoice)) == MOST_UNCONFIRMED
    assert await cashier.hear_of(invoice, "F99") == 0
    assert await cashier.hear_of(other, "F99") == 1, "each invoice has its own measure"


async def test_what_was_confirmed_is_not_counted_against_it(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.hear_of(invoice, *(f"F{n:02}" for n in range(MOST_UNCONFIRMED)))
    first = (await cashier.payments(invoice))[0]
    await cashier.told(first["id"], paid(their_id=first["their_id"]))
    assert await cashier.hear_of(invoice, "F99") == 1


async def test_what_another_invoice_was_paid_with_is_not_noted(cashier: Cashier) -> None:
    one, other = await cashier.opened("ipaymu"), await cashier.opened("ipaymu")
    await cashier.hear_of(other, "X1")
    await cashier.told((await cashier.payment(other))["id"], Expired())
    await cashier.hear_of(one, "X1")
    await cashier.told((await cashier.payment(one))["id"], paid())
    third = await cashier.opened("ipaymu")
    assert await cashier.hear_of(third, "X1") == 0
    assert await cashier.hear_of(other, "X1") == 0
    assert (await cashier.payment(other))["state"] == "ended"


async def test_no_hint_about_nothing(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    assert await cashier.hear_of(invoice) == 0
