"""A settlement takes from what the gateway owes, never more, and once per withdrawal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from konter.db.pool import Database
from konter.funding.settlement import MoreThanOwed, UnknownGateway, record_settlement
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import KeyReused
from tests.conftest import ManualClock
from tests.funding.counted import Counted, counted

AT: dict[str, Any] = {"gateway": "tripay", "bank": "bca", "actor": "cli:rina"}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    """Tripay owes 9,300."""
    async with counted(db, clock) as found:
        await found.payment(amount=10_000, kept=700)
        yield found


async def test_a_settlement_and_its_fee_bring_the_gateway_to_zero(desk: Counted) -> None:
    told = {**AT, "amount": Rupiah(6_800), "fee": Rupiah(2_500)}
    assert await record_settlement(desk.desk, **told) == ZERO
    sums = await desk.sums()
    assert sums == {"unapplied": 10_000, "bank:bca": -6_800, "fees": -3_200}
    await desk.assert_the_books_are_right()


async def test_more_than_is_owed_is_refused_with_both_figures(desk: Counted) -> None:
    with pytest.raises(MoreThanOwed) as refused:
        await record_settlement(desk.desk, **AT, amount=Rupiah(9_300), fee=Rupiah(1))
    assert refused.value.facts == {"settled": 9_301, "owed": 9_300}
    assert refused.value.status == 422


async def test_a_key_records_one_settlement_and_no_other(desk: Counted) -> None:
    told = {**AT, "amount": Rupiah(9_000), "fee": ZERO, "key": "WD-1"}
    for _ in range(2):
        assert await record_settlement(desk.desk, **told) == Rupiah(300)
    others = {"bank": "bri", "amount": Rupiah(1), "fee": Rupiah(100)}
    for name, other in others.items():
        with pytest.raises(KeyReused) as refused:
            await record_settlement(desk.desk, **told | {name: other})
        assert refused.value.facts["differs_in"] == name
    assert (await desk.sums())["bank:bca"] == -9_000


async def test_settlements_at_one_moment_never_pass_what_is_owed(desk: Counted) -> None:
    ends = await asyncio.gather(
        *(record_settlement(desk.desk, **AT, amount=Rupiah(4_000), fee=ZERO) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, MoreThanOwed) for end in ends) == 2
    assert (await desk.sums())["gateway:tripay"] == -1_300


async def test_what_makes_no_sense_is_refused(desk: Counted) -> None:
    with pytest.raises(UnknownGateway):
        await record_settlement(
            desk.desk, **AT | {"gateway": "tripey"}, amount=ZERO + Rupiah(1), fee=ZERO
        )
    wrongs = {"amount": ZERO, "fee": Rupiah(-1), "bank": "b c a"}
    for name, wrong in wrongs.items():
        told = {**AT, "amount": Rupiah(1), "fee": ZERO, name: wrong}
        with pytest.raises(Invalid) as invalid:
            await record_settlement(desk.desk, **told)
        assert list(invalid.value.errors) == [name]
