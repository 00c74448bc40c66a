"""What runs by the clock runs once, however many workers there are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from konter.db.pool import Database
from konter.jobs.timetable import Entry, Timetable
from tests.conftest import ManualClock

LOOK = "SELECT next_at, lease_until, last_result FROM jobs.timetable WHERE name = 'tick'"


class Tick:
    def __init__(self) -> None:
        self.times = 0
        self.fails = False

    async def __call__(self) -> str:
        self.times += 1
        await asyncio.sleep(0)
        if self.fails:
            raise RuntimeError("no luck")
        return f"tick {self.times}"


@pytest.fixture
def tick() -> Tick:
    return Tick()


async def table(
    db: Database, clock: ManualClock, tick: Tick, every: timedelta = timedelta(minutes=5)
) -> Timetable:
    timetable = Timetable(db, clock, [Entry("tick", tick, every=every)])
    await timetable.prepare()
    return timetable


async def run(timetable: Timetable) -> None:
    for job in await timetable.work_list().take(4):
        await job()


async def row(db: Database) -> tuple[datetime, datetime | None, str | None]:
    async with db.read() as tx:
        found = await tx.row(LOOK)
    assert found is not None
    return found[0], found[1], found[2]


async def test_an_entry_runs_when_it_is_due_and_not_before(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    timetable = await table(db, clock, tick)
    clock.advance(299)
    await run(timetable)
    assert tick.times == 0
    clock.advance(1)
    await run(timetable)
    await run(timetable)
    assert tick.times == 1
    assert await row(db) == (clock.now() + timedelta(minutes=5), None, "tick 1")


async def test_two_workers_run_an_entry_once(db: Database, clock: ManualClock, tick: Tick) -> None:
    one, two = await table(db, clock, tick), await table(db, clock, tick)
    clock.advance(300)
    await asyncio.gather(*(run(timetable) for timetable in (one, two) * 5))
    assert tick.times == 1


async def test_a_worker_that_died_leaves_its_entry_to_the_leases_end(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    timetable = await table(db, clock, tick)
    clock.advance(300)
    assert len(await timetable.work_list().take(4)) == 1, "claimed, and never run"
    clock.advance(899)
    await run(timetable)
    assert tick.times == 0
    clock.advance(1)
    await run(timetable)
    assert tick.times == 1


async def test_an_entry_that_is_often_due_is_not_away_for_long(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    timetable = await table(db, clock, tick, timedelta(seconds=15))
    clock.advance(15)
    await timetable.work_list().take(4)
    clock.advance(60)
    await run(timetable)
    assert tick.times == 1


async def test_a_late_finish_of_a_lost_run_changes_nothing(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    timetable = await table(db, clock, tick)
    clock.advance(300)
    (lost,) = await timetable.work_list().take(4)
    clock.advance(900)
    (taken,) = await timetable.work_list().take(4)
    before = await row(db)
    await lost()
    assert await row(db) == before
    await taken()
    assert (await row(db))[2] == "tick 2"


async def test_an_entry_that_fails_is_tried_again_at_its_next_time(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    timetable = await table(db, clock, tick)
    tick.fails = True
    clock.advance(300)
    with pytest.raises(RuntimeError):
        await run(timetable)
    assert (await row(db))[2] == "failed"
    tick.fails = False
    clock.advance(300)
    await run(timetable)
    assert (await row(db))[2] == "tick 2"


async def test_a_shortened_interval_counts_at_once(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    await table(db, clock, tick, timedelta(days=1))
    timetable = await table(db, clock, tick, timedelta(minutes=1))
    clock.advance(60)
    await run(timetable)
    assert tick.times == 1


def test_a_daily_entry_is_due_at_its_time_in_jakarta() -> None:
    async def nothing() -> str:
        return ""

    entry = Entry("nightly", nothing, daily_at=time(2, 0))
    before = datetime(2026, 11, 15, 18, 59, tzinfo=UTC)  # 01:59 WIB
    assert entry.next_after(before) == datetime(2026, 11, 15, 19, 0, tzinfo=UTC)
    at = datetime(2026, 11, 15, 19, 0, tzinfo=UTC)
    assert entry.next_after(at) == datetime(2026, 11, 16, 19, 0, tzinfo=UTC)


async def test_an_entry_that_runs_at_start_is_due_whenever_a_worker_starts(
    db: Database, clock: ManualClock, tick: Tick
) -> None:
    for times in (1, 2):
        entry = Entry("tick", tick, every=timedelta(hours=1), at_start=True)
        timetable = Timetable(db, clock, [entry])
        await timetable.prepare()
        await run(timetable)
        await run(timetable)
        assert tick.times == times
