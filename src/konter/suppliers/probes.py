"""Whether an upstream knows us: asked for by a person, tried by a worker, kept with its time.

A page writes the wish and waits a little for what was found; it never asks an upstream itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from konter.db.pool import Database, Tx
from konter.jobs.run import Wake, WorkList
from konter.kernel.clock import Clock

ASK = """
INSERT INTO suppliers.probes (subject, asked_at, asked_by)
SELECT n.subject, %(at)s, %(by)s
FROM unnest(%(subjects)s::text[]) AS n (subject)
WHERE NOT EXISTS (
    SELECT FROM suppliers.probes AS p
    WHERE p.subject = n.subject AND (p.done_at IS NULL OR p.done_at > %(free_since)s)
)
ON CONFLICT DO NOTHING
RETURNING subject
"""

CLAIM = """
UPDATE suppliers.probes AS p
SET lease_until = %(lease_until)s, fence = fence + 1
FROM (
    SELECT id FROM suppliers.probes
    WHERE done_at IS NULL AND (lease_until IS NULL OR lease_until <= %(now)s)
      AND subject = ANY(%(subjects)s::text[])
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
) AS due
WHERE p.id = due.id
RETURNING p.id, p.subject, p.fence
"""

FINISH = """
UPDATE suppliers.probes SET done_at = %(at)s, findings = %(findings)s::jsonb
WHERE id = %(id)s AND fence = %(fence)s AND done_at IS NULL
"""

LATEST = """
SELECT DISTINCT ON (subject) subject, asked_at, asked_by, done_at, findings::text AS findings
FROM suppliers.probes
WHERE subject = ANY(%(subjects)s::text[])
ORDER BY subject, id DESC
"""

GAP: Final = timedelta(seconds=30)
"""From the end of one test of an upstream to the next: none of theirs forbids asking that often."""

LEASE: Final = timedelta(minutes=4)
"""More than two calls can take."""

LOOK_EVERY_S: Final = 0.1


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing learnt. ``what``: silent, unreachable, refused, channels, unreadable, balance,
    balance_silent, low, clocks_agree, clock_ahead, clock_behind (by ``number`` seconds),
    clock_untold. ``said``: their words, scrubbed. ``advice``: keys, address, base_url."""

    what: str
    good: bool
    said: str = ""
    number: int | None = None
    advice: str = ""


Try = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class ProbeDesk:
    """``tries``: how each subject (``gateway:ipaymu``, ``supplier:digiflazz-main``) is tried; none
    of them raises for what an upstream does. ``due`` wakes the workers."""

    db: Database
    clock: Clock
    tries: Mapping[str, Try]
    due: Callable[[], None]

    def subjects(self, kind: str) -> list[str]:
        """Those of ``gateway`` or of ``supplier``."""
        return [subject for subject in self.tries if subject.startswith(f"{kind}:")]


@dataclass(frozen=True, slots=True)
class Probe:
    """The last test of a subject. ``done_at`` None: it is under way, or waits for a worker."""

    subject: str
    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    findings: tuple[Finding, ...]

    @property
    def is_good(self) -> bool:
        return self.done_at is not None and all(one.good for one in self.findings)


@dataclass(frozen=True, slots=True)
class _Row:
    subject: str
    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    findings: str | None


@dataclass(frozen=True, slots=True)
class Due:
    id: int
    subject: str
    fence: int


async def ask_probes(tx: Tx, desk: ProbeDesk, subjects: Sequence[str], *, by: str) -> list[str]:
    """Have these tested; call ``desk.due`` after the commit. Answers those that were begun: one
    that is under way, or ended a moment ago, is not."""
    now = desk.clock.now()
    known = [subject for subject in subjects if subject in desk.tries]
    facts = {"subjects": known, "at": now, "by": by, "free_since": now - GAP}
    return [subject for (subject,) in await tx.rows(ASK, facts)]


async def until_done(
    desk: ProbeDesk, subjects: Sequence[str], *, at_most_s: float
) -> dict[str, Probe]:
    """The latest test of each once all are done, or as they stand after ``at_most_s`` seconds."""
    deadline = desk.clock.monotonic() + at_most_s
    while True:
        found = await latest_probes(desk, subjects)
        if all(probe.done_at for probe in found.values()) or desk.clock.monotonic() >= deadline:
            return found
        await asyncio.sleep(LOOK_EVERY_S)


async def latest_probes(desk: ProbeDesk, subjects: Sequence[str]) -> dict[str, Probe]:
    """The last test of each; those that were never tested are left out."""
    async with desk.db.read() as tx:
        rows = await tx.records(_Row, LATEST, {"subjects": list(subjects)})
    return {row.subject: _probe(row) for row in rows}


def work_list(desk: ProbeDesk, *, wake: Wake) -> WorkList[Due]:
    return WorkList("probes", partial(_claim, desk), partial(_work, desk), in_flight=4, wake=wake)


async def _claim(desk: ProbeDesk, most: int) -> list[Due]:
    now = desk.clock.now()
    facts = {"now": now, "lease_until": now + LEASE, "most": most, "subjects": list(desk.tries)}
    async with desk.db.at_once() as tx:
        return await tx.records(Due, CLAIM, facts)


async def _work(desk: ProbeDesk, due: Due) -> None:
    findings = await desk.tries[due.subject]()
    facts = {
        "id": due.id,
        "fence": due.fence,
        "at": desk.clock.now(),
        "findings": msgspec.json.encode(findings).decode(),
    }
    async with desk.db.transaction() as tx:
        await tx.run(FINISH, facts)


def _probe(row: _Row) -> Probe:
    found = msgspec.json.decode(row.findings, type=tuple[Finding, ...]) if row.findings else ()
    return Probe(row.subject, row.asked_at, row.asked_by, row.done_at, found)
