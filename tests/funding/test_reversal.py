"""What a gateway gave back it owes us no more; a person says who bears it, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from konter.db.pool import Database
from konter.funding.reversal import (
    AlreadyReversed,
    NotGivenBack,
    ReversalImpossible,
    TakenFrom,
    record_reversal,
)
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import FloorPassed
from konter.ledger.wallets import GUEST
from tests.conftest import ManualClock
from tests.funding.counted import USER, Counted, counted

BY: dict[str, Any] = {"actor": "cli:rina", "reason": "chargeback bank"}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    async with counted(db, clock) as found:
        yield found


async def test_the_net_is_taken_from_the_wallet_and_the_fee_stays_a_fee(desk: Counted) -> None:
    payment_id = await desk.applied(amount=10_000, kept=700, to=f"wallet:{USER}")
    told = {"taken_from": TakenFrom.WALLET, "user_id": USER, **BY}
    assert await record_reversal(desk.desk, payment_id, **told) == Rupiah(9_300)
    assert await desk.sums() == {"fees": -700, f"wallet:{USER}": 700}
    assert await desk.tasks() == []
    (message,) = await desk.told()
    assert "Rp 9.300 diambil dari saldo Anda" in message
    await desk.assert_the_books_are_right()


async def test_a_wallet_that_is_short_bears_nothing_and_the_losses_do(desk: Counted) -> None:
    payment_id = await desk.applied(amount=10_000, kept=700, to="sales")
    with pytest.raises(FloorPassed):
        await record_reversal(
            desk.desk, payment_id, taken_from=TakenFrom.WALLET, user_id=USER, **BY
        )
    assert await desk.tasks() == [f"gateway_refund payment:{payment_id}"]
    await record_reversal(desk.desk, payment_id, taken_from=TakenFrom.LOSSES, user_id=USER, **BY)
    assert await desk.sums() == {"fees": -700, "losses": -9_300, "sales": 10_000}
    assert await desk.tasks() == [] and await desk.told() == []


async def test_a_reversal_is_recorded_once_and_from_one_place(desk: Counted) -> None:
    payment_id = await desk.applied(amount=10_000, kept=700, to=f"wallet:{USER}")
    both = [TakenFrom.WALLET, TakenFrom.LOSSES, TakenFrom.WALLET]
    ends = await asyncio.gather(
        *(
            record_reversal(desk.desk, payment_id, taken_from=one, user_id=USER, **BY)
            for one in both
        ),
        return_exceptions=True,
    )
    assert all(end == Rupiah(9_300) or isinstance(end, AlreadyReversed) for end in ends)
    assert "gateway:tripay" not in await desk.sums()


async def test_what_nobody_has_applied_is_undone_where_it_rests(desk: Counted) -> None:
    payment_id = await desk.payment(amount=9_000, kept=700, refunded=True)
    told = {"taken_from": TakenFrom.UNAPPLIED, "user_id": GUEST, **BY}
    for _ in range(2):
        assert await record_reversal(desk.desk, payment_id, **told) == Rupiah(8_300)
    assert await desk.sums() == {"fees": -700, "losses": 700}
    assert await desk.state(payment_id) == ("applied", "buyer")
    assert await desk.tasks() == []
    with pytest.raises(AlreadyReversed):
        await record_reversal(desk.desk, payment_id, **told | {"taken_from": TakenFrom.LOSSES})
    await desk.assert_the_books_are_right()


async def test_what_cannot_be_reversed_there_is_refused(desk: Counted) -> None:
    applied = await desk.applied(amount=10_000, kept=700, to="sales")
    rests = await desk.payment(refunded=True)
    kept = await desk.applied(amount=10_000, kept=700, to="sales", refunded=False)
    refusals = [
        (applied, TakenFrom.UNAPPLIED, USER, ReversalImpossible),
        (applied, TakenFrom.WALLET, GUEST, ReversalImpossible),
        (rests, TakenFrom.LOSSES, USER, ReversalImpossible),
        (kept, TakenFrom.LOSSES, USER, NotGivenBack),
        (await desk.waiting(), TakenFrom.LOSSES, USER, NotGivenBack),
    ]
    before = await desk.sums()
    for payment_id, taken_from, user_id, refusal in refusals:
        with pytest.raises(refusal):
            await record_reversal(
                desk.desk, payment_id, taken_from=taken_from, user_id=user_id, **BY
            )
    assert await desk.sums() == before


async def test_a_gateway_that_kept_all_of_it_owes_nothing(desk: Counted) -> None:
    payment_id = await desk.applied(amount=10_000, kept=10_000, to="sales")
    for _ in range(2):
        assert (
            await record_reversal(
                desk.desk, payment_id, taken_from=TakenFrom.LOSSES, user_id=USER, **BY
            )
            == ZERO
        )
    assert await desk.sums() == {"fees": -10_000, "sales": 10_000}
    assert await desk.tasks() == []


async def test_what_was_given_back_before_it_was_confirmed_is_only_seen(desk: Counted) -> None:
    payment_id = await desk.given_back_early()
    told = {"taken_from": TakenFrom.UNAPPLIED, "user_id": GUEST, **BY}
    assert await record_reversal(desk.desk, payment_id, **told) == ZERO
    assert await desk.sums() == {} and await desk.tasks() == []
    assert await desk.state(payment_id) == ("ended", None)
