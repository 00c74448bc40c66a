"""What we owe to guests is settled once, with evidence, whoever asks how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from konter.db.pool import Database
from konter.funding.pay_out import (
    DueRefund,
    RefundNotFound,
    RefundSettled,
    due_refunds,
    settle_refund,
)
from konter.funding.refund_account import note_refund_account
from konter.funding.release import release_payment
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid
from konter.ledger.wallets import GUEST
from tests.conftest import ManualClock
from tests.funding.counted import CODE, Counted, counted

PAID = {"bank": "bca", "evidence": "transfer 16/11, ref 0042", "actor": "cli:rina"}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    async with counted(db, clock) as found:
        yield found


async def due(desk: Counted) -> list[DueRefund]:
    async with desk.db.read() as tx:
        return await due_refunds(tx)


async def owed_refund(desk: Counted) -> DueRefund:
    """A guest's payment of 9,000 was given back to them."""
    payment_id = await desk.payment()
    await release_payment(
        desk.desk, payment_id, user_id=GUEST, actor="cli:rina", reason="kurang bayar"
    )
    (refund,) = await due(desk)
    return refund


async def test_a_refund_is_paid_from_a_bank_and_its_task_closed(desk: Counted) -> None:
    refund = await owed_refund(desk)
    assert (refund.amount, refund.reference, refund.number) == (9_000, CODE, None)
    assert await desk.tasks() == [f"refund_due refund:{refund.id}"]
    await settle_refund(desk.desk, refund.id, **PAID)
    sums = await desk.sums()
    assert (sums.get("refunds_due"), sums["bank:bca"]) == (None, 9_000)
    transfer = await desk.transfer(f"refund:{refund.id}")
    assert (transfer["actor"], transfer["order_id"]) == ("cli:rina", refund.purpose_id)
    assert "0042" not in str(transfer)
    assert await due(desk) == [] and await desk.tasks() == []
    await desk.assert_the_books_are_right()


async def test_a_repeat_changes_nothing_and_other_facts_are_refused(desk: Counted) -> None:
    refund = await owed_refund(desk)
    await settle_refund(desk.desk, refund.id, **PAID)
    before = await desk.sums()
    await settle_refund(desk.desk, refund.id, **PAID | {"actor": "cli:budi"})
    with pytest.raises(RefundSettled) as refused:
        await settle_refund(desk.desk, refund.id, **PAID | {"bank": "bri"})
    assert refused.value.facts == {"differs_in": "bank"}
    assert await desk.sums() == before


async def test_two_settles_at_one_moment_pay_once(desk: Counted) -> None:
    refund = await owed_refund(desk)
    banks = ["bca", "bri", "bni", "bca"]
    ends = await asyncio.gather(
        *(settle_refund(desk.desk, refund.id, **PAID | {"bank": bank}) for bank in banks),
        return_exceptions=True,
    )
    sums = await desk.sums()
    assert "refunds_due" not in sums
    assert sum(sums.get(f"bank:{bank}", 0) for bank in set(banks)) == 9_000
    assert all(end is None or isinstance(end, RefundSettled) for end in ends)


async def test_what_is_not_there_or_not_shown_is_refused(desk: Counted) -> None:
    refund = await owed_refund(desk)
    with pytest.raises(RefundNotFound) as missing:
        await settle_refund(desk.desk, 999_999, **PAID)
    assert missing.value.status == 404
    for wrong in ({"evidence": " ok "}, {"bank": "Bank BCA"}, {"evidence": "satu\ndua tiga"}):
        with pytest.raises(Invalid) as invalid:
            await settle_refund(desk.desk, refund.id, **PAID | wrong)
        assert list(invalid.value.errors) == list(wrong)
    assert len(await due(desk)) == 1


async def test_the_account_that_a_guest_told_last_stands_beside_the_refund(desk: Counted) -> None:
    refund = await owed_refund(desk)
    place = (desk.desk, Purpose.ORDER, refund.purpose_id)
    await note_refund_account(*place, bank="BCA", number="1234567890", holder="Siti")
    await note_refund_account(*place, bank=" DANA ", number="+62 812-0000-0001", holder="Siti A.")
    (found,) = await due(desk)
    assert (found.bank, found.number, found.holder) == ("DANA", "6281200000001", "Siti A.")
