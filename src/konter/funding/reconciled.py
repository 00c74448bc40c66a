"""Comparisons with the gateways that somebody has asked for, made by the worker and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from konter.db.pool import Tx
from konter.funding.compare import Difference
from konter.funding.desk import FundingDesk
from konter.funding.reconcile import GatewayReport, reconcile
from konter.kernel.clock import business_date
from konter.people.audit import Deed, note_if

ASK = """
INSERT INTO funding.reconcile_asks (day, asked_by, asked_at) VALUES (%(day)s, %(by)s, %(at)s)
ON CONFLICT (day) DO NOTHING
"""

ASKED = "SELECT day, asked_by FROM funding.reconcile_asks ORDER BY asked_at LIMIT 5"

ANSWERED = "DELETE FROM funding.reconcile_asks WHERE day = %(day)s"

KEEP = """
INSERT INTO funding.reconciliations (gateway, day, paid_there, confirmed_here, noted, differences,
    ours, theirs, problem, asked_by, made_at)
VALUES (%(gateway)s, %(day)s, %(paid_there)s, %(confirmed_here)s, %(noted)s,
    %(differences)s::jsonb, %(ours)s, %(theirs)s, %(problem)s, %(by)s, %(at)s)
"""

LAST = """
SELECT id, gateway, day, paid_there, confirmed_here, noted, differences::text AS found, ours,
       theirs, problem, asked_by, made_at
FROM funding.reconciliations ORDER BY made_at DESC, id DESC LIMIT %(most)s
"""

BY_CLOCK = "timetable"


@dataclass(frozen=True, slots=True)
class Asked:
    day: date
    by: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One gateway's day as it was compared at ``made_at`` (UTC); whole rupiah. ``found`` is the
    differences as JSON text."""

    id: int
    gateway: str
    day: date
    paid_there: int
    confirmed_here: int
    noted: int
    found: str
    ours: int | None
    theirs: int | None
    problem: str | None
    asked_by: str
    made_at: datetime

    @property
    def differences(self) -> list[Difference]:
        return msgspec.json.decode(self.found, type=list[Difference])


async def ask_reconciliation(
    desk: FundingDesk, day: date, *, by: str, deed: Deed | None = None
) -> bool:
    """Have one WIB day compared soon, by the worker; False: it is asked for already. ``deed``:
    noted if it was not."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        is_new = await tx.run(ASK, {"day": day, "by": by, "at": now}) == 1
        if is_new:
            await note_if(tx, deed, at=now)
    return is_new


async def reconcile_asked(desk: FundingDesk) -> str:
    """Compare the days that are asked for; run by the timetable, under its lease. A day stays
    asked for until its reports are kept, so a crash costs a repeat."""
    async with desk.db.read() as tx:
        asked = await asked_for(tx)
    for one in asked:
        reports = await reconcile(desk, one.day)
        await _keep(desk, reports, one)
    return f"{len(asked)} days compared"


async def ask_yesterday(desk: FundingDesk) -> str:
    """Once a day, by the timetable."""
    yesterday = business_date(desk.clock.now()) - timedelta(days=1)
    if desk.gateways:
        await ask_reconciliation(desk, yesterday, by=BY_CLOCK)
    return f"{yesterday} asked for" if desk.gateways else "no gateway is configured"


async def asked_for(tx: Tx) -> list[Asked]:
    """What is to be compared, the longest asked for first."""
    return [Asked(*row) for row in await tx.rows(ASKED)]


async def reconciliations(tx: Tx, *, most: int = 30) -> list[Reconciliation]:
    """The last ones, newest first."""
    return await tx.records(Reconciliation, LAST, {"most": most})


async def _keep(desk: FundingDesk, reports: Sequence[GatewayReport], asked: Asked) -> None:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        for report in reports:
            await tx.run(
                KEEP,
                {
                    "gateway": report.gateway,
                    "day": report.day,
                    "paid_there": report.paid_there,
                    "confirmed_here": report.confirmed_here,
                    "noted": report.noted,
                    "differences": msgspec.json.encode(report.differences).decode(),
                    "ours": report.balance.ours if report.balance else None,
                    "theirs": report.balance.theirs if report.balance else None,
                    "problem": report.problem,
                    "by": asked.by,
                    "at": now,
                },
            )
        await tx.run(ANSWERED, {"day": asked.day})
