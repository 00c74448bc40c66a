"""Transcripts are kept in one statement, found by reference, and live in monthly tables."""

from __future__ import annotations

from datetime import datetime, timedelta

from konter.kernel.wire_types import Exchange
from konter.suppliers.desk import SuppliersDesk
from konter.suppliers.exchanges import add_next_month, keep, of_reference
from tests.conftest import ManualClock


def exchange(reference: str | None, at: datetime, status: int | None = 200) -> Exchange:
    return Exchange(
        account="digiflazz-main",
        purpose="purchase",
        reference=reference,
        method="POST",
        url="http://sim/transaction",
        request_body='{"ref_id": "a"}',
        status=status,
        response_body="{}" if status else "",
        started_at=at,
        ended_at=at + timedelta(seconds=1),
        problem=None if status else "timeout",
    )


async def tables(desk: SuppliersDesk) -> dict[str, int]:
    """Rows by partition."""
    async with desk.db.read() as tx:
        rows = await tx.rows("SELECT tableoid::regclass::text FROM suppliers.exchanges")
    names = [name for (name,) in rows]
    return {name: names.count(name) for name in names}


async def test_what_was_kept_is_found_by_its_reference_oldest_first(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    now = clock.now()
    later, first = exchange("A", now, None), exchange("A", now - timedelta(seconds=5))
    async with desk.db.transaction() as tx:
        await keep(tx, [later, first, exchange("B", now), exchange(None, now)])
        await keep(tx, [])
    async with desk.db.read() as tx:
        assert await of_reference(tx, ["A", "Z"]) == [first, later]


async def test_next_months_table_is_made_and_takes_what_came_early(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    clock.advance(400 * 86_400)  # far from the months that the migration made
    month, after = clock.now(), clock.now() + timedelta(days=31)
    async with desk.db.transaction() as tx:
        await keep(tx, [exchange("A", month), exchange("B", after)])
    assert await tables(desk) == {"suppliers.exchanges_rest": 2}
    await add_next_month(desk)
    await add_next_month(desk)
    expected = {f"suppliers.exchanges_{moment:%Y%m}": 1 for moment in (month, after)}
    assert await tables(desk) == expected
    async with desk.db.transaction() as tx:
        await keep(tx, [exchange("C", month)])
    async with desk.db.read() as tx:
        assert len(await of_reference(tx, ["A", "B", "C"])) == 3
    assert "suppliers.exchanges_rest" not in await tables(desk)
