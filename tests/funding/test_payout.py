"""What the owner takes out has a reason and a name, and is booked once per key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from konter.db.pool import Database
from konter.funding.payout import record_payout
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import KeyReused
from tests.conftest import ManualClock
from tests.funding.counted import Counted, counted

TOLD: dict[str, Any] = {
    "amount": Rupiah(50_000),
    "bank": "bca",
    "reason": "gaji pemilik",
    "actor": "cli:rina",
    "key": "2026-11",
}


@pytest.fixture
async def desk(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    async with counted(db, clock) as found:
        yield found


async def test_a_payout_leaves_the_bank_once_with_its_reason(desk: Counted) -> None:
    for _ in range(2):
        assert await record_payout(desk.desk, **TOLD) == Rupiah(-50_000)
    assert await desk.sums() == {"equity": -50_000, "bank:bca": 50_000}
    transfer = await desk.transfer("payout:2026-11")
    assert (transfer["note"], transfer["actor"]) == ("gaji pemilik", "cli:rina")
    with pytest.raises(KeyReused):
        await record_payout(desk.desk, **TOLD | {"amount": Rupiah(1)})


async def test_a_payout_without_sense_is_refused_by_field(desk: Counted) -> None:
    for name, wrong in {"amount": ZERO, "bank": "", "reason": "ok"}.items():
        with pytest.raises(Invalid) as invalid:
            await record_payout(desk.desk, **TOLD | {name: wrong})
        assert list(invalid.value.errors) == [name]
    assert await desk.sums() == {}
