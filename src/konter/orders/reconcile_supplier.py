"""A supplier's own report of some days against our attempts: every difference is named, and kept.

No money moves here, and nobody is asked: what follows from a difference a person decides.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
import structlog

from konter.db.pool import Tx
from konter.hooks import tasks
from konter.kernel.clock import WIB, business_date
from konter.kernel.errors import Invalid
from konter.orders.compare_supplier import (
    BookedAttempt,
    SupplierDifference,
    compare_supplier,
    is_expected,
)
from konter.orders.desk import OrdersDesk
from konter.orders.read_supplier_report import SupplierReport
from konter.orders.states import AttemptState
from konter.people.audit import Deed, note_if
from konter.suppliers.desk import NoSuchAccount

log = structlog.get_logger("konter.orders")

ACCOUNT = "SELECT code FROM suppliers.accounts WHERE code = %(account)s"

# What their report names; and what left in these days, which is soon after it was written down.
BOOKED = """
SELECT a.reference, a.account, a.state, a.cost, a.first_sent_at,
       a.first_sent_at >= %(start)s AND a.first_sent_at < %(end)s AS of_period,
       o.id, o.code, o.state
FROM (
    SELECT id FROM orders.attempts WHERE reference = ANY(%(references)s)
    UNION
    SELECT id FROM orders.attempts
    WHERE created_at >= %(written)s AND created_at < %(end)s AND account = %(account)s
      AND first_sent_at >= %(start)s AND first_sent_at < %(end)s AND sends > 0
) f
JOIN orders.attempts a ON a.id = f.id
JOIN orders.orders o ON o.id = a.order_id
"""

CHECKS = "SELECT reference FROM orders.bill_checks WHERE reference = ANY(%(references)s)"

LAST_FINDINGS = """
SELECT findings FROM orders.supplier_reports
WHERE account = %(account)s AND since = %(since)s AND until = %(until)s
ORDER BY made_at DESC, id DESC LIMIT 1
"""

KEEP = """
INSERT INTO orders.supplier_reports AS k (account, since, until, digest, rows, known, ours,
    compares_cost, counts, differences, findings, naming, asked_by, made_at)
VALUES (%(account)s, %(since)s, %(until)s, %(digest)s, %(rows)s, %(known)s, %(ours)s,
    %(compares_cost)s, %(counts)s::jsonb, %(differences)s::jsonb, %(findings)s, %(naming)s::jsonb,
    %(by)s, %(at)s)
ON CONFLICT (account, since, until, digest) DO UPDATE
SET rows = excluded.rows, known = excluded.known, ours = excluded.ours,
    compares_cost = excluded.compares_cost, counts = excluded.counts,
    differences = excluded.differences, findings = excluded.findings,
    naming = excluded.naming, asked_by = excluded.asked_by, made_at = excluded.made_at
RETURNING k.id
"""

DIFFERS: Final = "supplier_reconciliation"
"""The kind of its task."""

LONGEST: Final = 31
MOST_KEPT: Final = 500
"""Of one report, the gravest; their number is kept whole."""

LONGEST_WAIT: Final = timedelta(days=7)
"""From writing an attempt down to its first call; what is held for longer has failed long ago."""


@dataclass(frozen=True, slots=True)
class Days:
    """WIB days, both included."""

    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``rows``: theirs, read or not; ``known`` of them are of ours; ``ours``: how many of ours they
    should have. ``differences``: all. ``is_news``: staff have not been told of these before."""

    id: int
    account: str
    days: Days
    rows: int
    known: int
    ours: int
    compares_cost: bool
    differences: tuple[SupplierDifference, ...]
    is_news: bool

    @property
    def counts(self) -> dict[str, int]:
        """By kind, the gravest first."""
        return dict(Counter(one.kind.value for one in self.differences))


async def reconcile_supplier(
    desk: OrdersDesk,
    account: str,
    days: Days,
    report: SupplierReport,
    *,
    by: str,
    deed: Deed | None = None,
) -> Comparison:
    """Compare their report of these days with ours, keep what differs, and have a person look.

    One task stands for an account's days; a report that finds no difference closes it. The same
    differences again open none, even where somebody has closed it. A repeat of the same report
    takes the place of the first. ``deed``: noted in the same commit. Raises NoSuchAccount, Invalid
    (``since``, ``until``, ``account``).
    """
    _refuse_days(days, today=business_date(desk.clock.now()))
    references = report.references
    async with desk.db.snapshot() as tx:
        if await tx.row(ACCOUNT, {"account": account}) is None:
            raise NoSuchAccount
        booked = await _booked(tx, account, days, references)
        checks = {row[0] for row in await tx.rows(CHECKS, {"references": references})}
    named = [booked[reference] for reference in references if reference in booked]
    _refuse_another(account, named)
    made = Comparison(
        id=0,
        account=account,
        days=days,
        rows=report.rows,
        known=len(named) + len(checks.intersection(references) - booked.keys()),
        ours=sum(is_expected(attempt, account) for attempt in booked.values()),
        compares_cost=report.compares_cost,
        differences=tuple(compare_supplier(report, booked, account=account, checks=checks)),
        is_news=False,
    )
    at = desk.clock.now()
    async with desk.db.transaction() as tx:
        made = await _keep(tx, made, report, by=by, at=at)
        await note_if(tx, deed, at=at)
    _tell(made, by)
    return made


def _refuse_days(days: Days, *, today: date) -> None:
    """A day that is not over is in nobody's report whole."""
    if days.until >= today:
        raise Invalid({"until": ["Pilih hari yang sudah lewat: hari ini belum selesai"]})
    if days.since > days.until:
        raise Invalid({"since": ["Hari pertama harus sebelum hari terakhir"]})
    if (days.until - days.since).days >= LONGEST:
        raise Invalid({"since": ["Paling lama 31 hari dalam satu laporan"]})


def _refuse_another(account: str, named: Sequence[BookedAttempt]) -> None:
    """All that we know of it was bought elsewhere: the wrong account was chosen."""
    elsewhere = {attempt.account for attempt in named}
    if elsewhere and account not in elsewhere:
        others = ", ".join(sorted(elsewhere))
        raise Invalid({"account": [f"Laporan ini dari akun lain: {others}"]})


async def _booked(
    tx: Tx, account: str, days: Days, references: Sequence[str]
) -> dict[str, BookedAttempt]:
    start = datetime.combine(days.since, time(), WIB)
    facts = {
        "references": references,
        "account": account,
        "start": start,
        "end": datetime.combine(days.until + timedelta(days=1), time(), WIB),
        "written": start - LONGEST_WAIT,
    }
    return {
        reference: BookedAttempt(
            reference, bought_at, AttemptState(state), cost, sent_at, bool(of_period), *order
        )
        for reference, bought_at, state, cost, sent_at, of_period, *order in await tx.rows(
            BOOKED, facts
        )
    }


async def _keep(
    tx: Tx, made: Comparison, report: SupplierReport, *, by: str, at: datetime
) -> Comparison:
    """The report, and the task for its days."""
    facts = {
        "account": made.account,
        "since": made.days.since,
        "until": made.days.until,
        "digest": report.digest,
        "rows": made.rows,
        "known": made.known,
        "ours": made.ours,
        "compares_cost": made.compares_cost,
        "counts": msgspec.json.encode(made.counts).decode(),
        "differences": msgspec.json.encode(made.differences[:MOST_KEPT]).decode(),
        "findings": _findings(made.differences),
        "naming": msgspec.json.encode(report.naming).decode(),
        "by": by,
        "at": at,
    }
    last = await tx.row(LAST_FINDINGS, facts)
    is_news = last is None or bytes(last[0]) != facts["findings"]
    kept = await tx.row(KEEP, facts)
    assert kept is not None
    subject = f"supplier_report:{made.account} {_span(made.days)}"
    if not made.differences:
        await tasks.close_many(tx, [subject], at=at, by="reconciled", kind=DIFFERS)
    elif is_news:
        named = ", ".join(f"{kind} {times}" for kind, times in made.counts.items())
        detail = f"{made.account} {_span(made.days)}: {named}; konter reconcile supplier"
        await tasks.open_many(tx, [tasks.Task(DIFFERS, subject, detail, at)])
    return replace(made, id=kept[0], is_news=is_news and bool(made.differences))


def _findings(differences: Iterable[SupplierDifference]) -> bytes:
    """Of what differs, wherever it stands in their report."""
    said = sorted(msgspec.json.encode(replace(one, line=None)) for one in differences)
    return hashlib.sha256(b"\n".join(said)).digest()


def _span(days: Days) -> str:
    if days.since == days.until:
        return days.since.isoformat()
    return f"{days.since.isoformat()}..{days.until.isoformat()}"


def _tell(made: Comparison, by: str) -> None:
    log.info(
        "orders.supplier_reconciled",
        account=made.account,
        since=made.days.since.isoformat(),
        until=made.days.until.isoformat(),
        rows=made.rows,
        differences=len(made.differences),
        actor=by,
    )
