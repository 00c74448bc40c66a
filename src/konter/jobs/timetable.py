"""What runs by the clock: each entry once for all workers, under a lease."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from konter.db.pool import Database
from konter.jobs.run import Wake, WorkList
from konter.kernel.clock import WIB, Clock

log = structlog.get_logger("konter.timetable")

# An entry that became due earlier than its stored time (its interval was shortened) is pulled in.
ADD_ENTRIES = """
INSERT INTO jobs.timetable AS kept (name, next_at)
SELECT name, next_at FROM unnest(%(name)s::text[], %(next_at)s::timestamptz[]) AS n (name, next_at)
ORDER BY name
ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at
    WHERE kept.next_at > excluded.next_at
"""

CLAIM_ENTRIES = """
UPDATE jobs.timetable t SET lease_until = n.lease_until, fence = fence + 1
FROM (SELECT name FROM jobs.timetable
      WHERE name = ANY(%(name)s) AND next_at <= %(now)s
        AND (lease_until IS NULL OR lease_until <= %(now)s)
      ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED) AS due
JOIN unnest(%(name)s::text[], %(lease_until)s::timestamptz[]) AS n (name, lease_until)
    ON n.name = due.name
WHERE t.name = due.name
RETURNING t.name, t.fence
"""

FINISH_ENTRY = """
UPDATE jobs.timetable SET lease_until = NULL, next_at = %(next_at)s, last_at = %(now)s,
    last_result = %(result)s
WHERE name = %(name)s AND fence = %(fence)s
"""

LONGEST_LEASE = timedelta(minutes=15)
SHORTEST_LEASE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """``act`` every ``every``, or daily at ``daily_at`` (WIB), and with ``at_start`` also whenever
    a worker starts. Its answer is kept as result."""

    name: str
    act: Callable[[], Awaitable[str]]
    every: timedelta | None = None
    daily_at: time | None = None
    at_start: bool = False

    @property
    def lease(self) -> timedelta:
        """How long one run may take before another worker runs it again: short where it is often
        wanted, so that a killed worker does not stop refunds for a quarter of an hour."""
        often = (self.every or timedelta(days=1)) * 4
        return max(SHORTEST_LEASE, min(LONGEST_LEASE, often))

    def next_after(self, moment: datetime) -> datetime:
        """When it is due next."""
        if self.daily_at is None:
            return moment + (self.every or timedelta(days=1))
        local = moment.astimezone(WIB)
        today = local.replace(
            hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0
        )
        return today if today > local else today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Due:
    entry: Entry
    fence: int


class Timetable:
    """The entries of this version, as a work list."""

    def __init__(self, db: Database, clock: Clock, entries: Sequence[Entry]) -> None:
        self._db = db
        self._clock = clock
        self._entries = {entry.name: entry for entry in entries}

    async def prepare(self) -> None:
        """Write down the entries that the table lacks."""
        now = self._clock.now()
        entries = self._entries.values()
        facts = {
            "name": list(self._entries),
            "next_at": [now if entry.at_start else entry.next_after(now) for entry in entries],
        }
        async with self._db.transaction() as tx:
            await tx.run(ADD_ENTRIES, facts)

    def work_list(self) -> WorkList[_Due]:
        return WorkList("timetable", self._claim, self._work, in_flight=4, wake=Wake())

    async def _claim(self, most: int) -> list[_Due]:
        now = self._clock.now()
        facts = {
            "name": list(self._entries),
            "lease_until": [now + entry.lease for entry in self._entries.values()],
            "now": now,
            "most": most,
        }
        async with self._db.at_once() as tx:
            rows = await tx.rows(CLAIM_ENTRIES, facts)
        return [_Due(self._entries[name], fence) for name, fence in rows]

    async def _work(self, due: _Due) -> None:
        result = "failed"
        try:
            result = await due.entry.act()
        finally:
            # One that failed is tried again at its next time, not at the end of its lease.
            await self._finish(due, result)
        log.info("timetable.ran", entry=due.entry.name, result=result[:200])

    async def _finish(self, due: _Due, result: str) -> None:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await tx.run(
                FINISH_ENTRY,
                {
                    "name": due.entry.name,
                    "fence": due.fence,
                    "next_at": due.entry.next_after(now),
                    "now": now,
                    "result": result[:500],
                },
            )
