"""A payment in review that is enough may be taken for full; one that is short may not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from konter.db.pool import Database
from konter.funding.accept import NotInReview, PaymentTooSmall, accept_payment
from konter.funding.apply import due_payments
from konter.funding.payment import PaymentGivenBack
from konter.funding.states import Purpose
from tests.conftest import ManualClock
from tests.funding.counted import Counted, counted

BY = {"actor": "cli:rina", "reason": "biaya lain di gateway"}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    async with counted(db, clock) as found:
        yield found


async def test_an_accepted_payment_is_due_to_be_applied_and_no_money_moves(desk: Counted) -> None:
    payment_id = await desk.payment(amount=10_000)
    before = await desk.sums()
    await accept_payment(desk.desk, payment_id, **BY)
    assert await desk.state(payment_id) == ("unapplied", None)
    async with desk.db.read() as tx:
        assert await due_payments(tx, Purpose.ORDER, most=9, now=desk.clock.now()) == [payment_id]
        row = await tx.row("SELECT problem FROM funding.payments WHERE id = %s", [payment_id])
    assert row == ("accepted by cli:rina: biaya lain di gateway",)
    assert await desk.sums() == before and await desk.tasks() == []
    with pytest.raises(NotInReview):
        await accept_payment(desk.desk, payment_id, **BY)


async def test_less_than_was_asked_is_never_taken_for_full(desk: Counted) -> None:
    payment_id = await desk.payment(amount=9_999)
    with pytest.raises(PaymentTooSmall) as refused:
        await accept_payment(desk.desk, payment_id, **BY)
    assert refused.value.facts == {"amount": 9_999, "asked": 10_000}
    assert await desk.tasks() == [f"payment_review payment:{payment_id}"]


async def test_what_the_gateway_gave_back_is_not_accepted(desk: Counted) -> None:
    payment_id = await desk.payment(amount=10_000, refunded=True)
    with pytest.raises(PaymentGivenBack):
        await accept_payment(desk.desk, payment_id, **BY)
