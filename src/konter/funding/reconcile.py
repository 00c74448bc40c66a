"""Each gateway's list against our books, a day at a time: every difference is named.

No money moves here. What they call paid and we know nothing of is asked about, as any hint is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from konter.db.pool import Tx
from konter.funding.ask_refund import ask_refund
from konter.funding.compare import Booked, Difference, DifferenceKind, differences
from konter.funding.desk import FundingDesk
from konter.funding.note import note_transactions
from konter.funding.purse import Balance, balance_at
from konter.funding.their_list import TheirList, read_list
from konter.hooks import tasks
from konter.kernel.clock import WIB, business_date
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Claim, Gateway, Listed

log = structlog.get_logger("konter.funding")

# A payment without a time of theirs is counted on the day that we heard of it.
OLDEST_OF_DAY = """
SELECT min(i.created_at)
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.gateway = %(gateway)s AND p.confirmed_at IS NOT NULL
  AND (p.paid_at >= %(start)s AND p.paid_at < %(end)s
       OR p.paid_at IS NULL AND p.confirmed_at >= %(start)s AND p.confirmed_at < %(end)s)
"""

BOOKED = """
SELECT p.id, p.their_id, i.reference, i.fee_on, p.amount, p.kept, p.confirmed_at,
       EXISTS (SELECT FROM ledger.transfers t WHERE t.key = 'reversal:' || p.id) AS reversed,
       coalesce(p.paid_at, p.confirmed_at) >= %(start)s
       AND coalesce(p.paid_at, p.confirmed_at) < %(end)s AS of_day
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.gateway = %(gateway)s AND p.confirmed_at IS NOT NULL
  AND (p.their_id = ANY(%(their_ids)s)
       OR p.paid_at >= %(start)s AND p.paid_at < %(end)s
       OR p.paid_at IS NULL AND p.confirmed_at >= %(start)s AND p.confirmed_at < %(end)s)
ORDER BY p.id
"""

INVOICES = """
SELECT id, reference, session_id FROM funding.invoices
WHERE gateway = %(gateway)s
  AND (reference = ANY(%(references)s) OR session_id = ANY(%(session_ids)s))
"""

DIFFERS = "reconciliation"

DAYS_BEFORE = timedelta(days=3)
"""A payment may be made long before it is paid."""
DAYS_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReport:
    """One gateway's day. ``paid_there``, ``confirmed_here``: how many payments of that day;
    ``noted``: how many of those missing here are asked about now. ``balance``: for today only.
    ``problem``: why their side could not be read whole; a payment that is missing there is then
    not named, for nobody knows.
    """

    gateway: str
    day: date
    paid_there: int
    confirmed_here: int
    differences: tuple[Difference, ...]
    noted: int
    balance: Balance | None
    problem: str | None


async def reconcile(desk: FundingDesk, day: date) -> list[GatewayReport]:
    """Compare one WIB day's payments at every gateway with ours.

    A payment belongs to the day that it was paid on by their clock, else to that of its creation.
    A repeat compares again; nothing but questions follows from it. Never raises for what a gateway
    does: its report says what was wrong.
    """
    return [await _of_gateway(desk, gateway, day) for gateway in desk.gateways.values()]


@dataclass(frozen=True, slots=True)
class _Day:
    """One WIB day, as two moments."""

    start: datetime
    end: datetime

    def has(self, row: Listed) -> bool:
        """One without any time may be of any day, so it is of this one."""
        moment = row.paid_at or row.created_at
        return moment is None or self.start <= moment < self.end


async def _of_gateway(desk: FundingDesk, gateway: Gateway, day: date) -> GatewayReport:
    start = datetime.combine(day, time(), WIB)
    bounds = _Day(start, start + timedelta(days=1))
    asked_at = desk.clock.now()
    theirs = await _theirs(desk, gateway, bounds)
    async with desk.db.snapshot() as tx:
        booked = await _booked(tx, gateway, bounds, theirs, asked_at=asked_at)
        invoices = await _invoices(tx, gateway, theirs.rows.values())
    found = _compare(theirs, booked, invoices, bounds)
    missing = [d for d in found if d.kind is DifferenceKind.MISSING_HERE]
    noted = await _note(desk, [theirs.rows[str(d.their_id)] for d in missing], invoices)
    for difference in found:
        if difference.kind is DifferenceKind.REFUNDED_THERE:
            await ask_refund(desk, booked[str(difference.their_id)].id)
    balance, problem = await _balance(desk, gateway, day)
    if balance is not None and balance.ours != balance.theirs:
        kind = DifferenceKind.BALANCE
        found.append(Difference(kind, None, None, balance.ours, balance.theirs))
    report = GatewayReport(
        gateway=gateway.account,
        day=day,
        paid_there=sum(r.claim is Claim.PAID and bounds.has(r) for r in theirs.rows.values()),
        confirmed_here=sum(b.of_day for b in booked.values()),
        differences=tuple(found),
        noted=noted,
        balance=balance,
        problem="; ".join(text for text in (theirs.problem, problem) if text) or None,
    )
    await _flag(desk, report)
    _tell(report)
    return report


async def _theirs(desk: FundingDesk, gateway: Gateway, bounds: _Day) -> TheirList:
    """Their list, from before the oldest payment that we have on this day was made there."""
    facts = {"gateway": gateway.account, "start": bounds.start, "end": bounds.end}
    async with desk.db.read() as tx:
        row = await tx.row(OLDEST_OF_DAY, facts)
    since = bounds.start - DAYS_BEFORE
    if row is not None and row[0] is not None:
        since = min(since, row[0] - timedelta(hours=1))
    return await read_list(desk, gateway, since=since, until=bounds.end + DAYS_AFTER)


async def _booked(
    tx: Tx, gateway: Gateway, bounds: _Day, theirs: TheirList, *, asked_at: datetime
) -> dict[str, Booked]:
    """Confirmed payments by their ids: those of the day, and whatever their list names.

    What was confirmed after they were asked may be news that the list does not have yet.
    """
    facts = {
        "gateway": gateway.account,
        "start": bounds.start,
        "end": bounds.end,
        "their_ids": list(theirs.rows),
    }
    found = {booked.their_id: booked for booked in await tx.records(Booked, BOOKED, facts)}
    listed_paid = {row.their_id for row in theirs.rows.values() if row.claim is Claim.PAID}
    return {
        their_id: booked
        for their_id, booked in found.items()
        if booked.confirmed_at <= asked_at or their_id in listed_paid
    }


async def _invoices(tx: Tx, gateway: Gateway, rows: Iterable[Listed]) -> dict[str, int]:
    """The ids of our invoices, by their references and by the gateway's sessions."""
    named = list(rows)
    facts = {
        "gateway": gateway.account,
        "references": [row.reference for row in named if row.reference is not None],
        "session_ids": [row.session_id for row in named if row.session_id is not None],
    }
    found: dict[str, int] = {}
    for invoice_id, reference, session_id in await tx.rows(INVOICES, facts):
        found[reference] = invoice_id
        if session_id is not None:
            found.setdefault(session_id, invoice_id)
    return found


def _invoice_of(row: Listed, invoices: Mapping[str, int]) -> int | None:
    by_reference = invoices.get(row.reference or "")
    return by_reference if by_reference is not None else invoices.get(row.session_id or "")


def _compare(
    theirs: TheirList, booked: Mapping[str, Booked], invoices: Mapping[str, int], bounds: _Day
) -> list[Difference]:
    """Every payment that either side has on this day, once."""
    of_day = {their_id for their_id, row in theirs.rows.items() if bounds.has(row)}
    of_day |= {their_id for their_id, payment in booked.items() if payment.of_day}
    found: list[Difference] = []
    for their_id in sorted(of_day):
        row = theirs.rows.get(their_id)
        if row is None and theirs.problem is not None:
            continue
        is_ours = row is not None and _invoice_of(row, invoices) is not None
        found += differences(row, booked.get(their_id), is_ours=is_ours)
    if theirs.unreadable:
        found.append(Difference(DifferenceKind.UNREADABLE, None, None, None, theirs.unreadable))
    return found


async def _note(desk: FundingDesk, rows: Sequence[Listed], invoices: Mapping[str, int]) -> int:
    """Have what is missing here asked about."""
    found = [
        (invoice_id, row.their_id)
        for row in rows
        if (invoice_id := _invoice_of(row, invoices)) is not None
    ]
    if not found:
        return 0
    async with desk.db.transaction() as tx:
        noted = await note_transactions(desk, tx, found, at=desk.clock.now())
    desk.hints.payments_due()
    return noted


async def _balance(
    desk: FundingDesk, gateway: Gateway, day: date
) -> tuple[Balance | None, str | None]:
    """Both figures, or why there are none. Of another day nobody tells a balance."""
    if business_date(desk.clock.now()) != day:
        return None, None
    try:
        return await balance_at(desk, gateway), None
    except UpstreamRefused as refusal:
        return None, f"balance: {refusal}"


async def _flag(desk: FundingDesk, report: GatewayReport) -> None:
    """A task for a person while a day differs; a repeat that finds no difference closes it."""
    subject = f"reconciliation:{report.gateway}:{report.day}"
    now = desk.clock.now()
    kinds = Counter(difference.kind.value for difference in report.differences)
    named = ", ".join(f"{kind} {times}" for kind, times in sorted(kinds.items()))
    differences = f"{kinds.total()} differences with its list ({named})"
    detail = f"{report.gateway} {report.day}: {differences}; konter reconcile payments"
    async with desk.db.transaction() as tx:
        if kinds:
            await tasks.open_many(tx, [tasks.Task(DIFFERS, subject, detail, now)])
        elif report.problem is None:
            await tasks.close_many(tx, [subject], at=now, by="reconciled", kind=DIFFERS)


def _tell(report: GatewayReport) -> None:
    log.info(
        "funding.reconciled",
        gateway=report.gateway,
        day=report.day.isoformat(),
        paid_there=report.paid_there,
        confirmed_here=report.confirmed_here,
        differences=len(report.differences),
        noted=report.noted,
        problem=report.problem,
    )
