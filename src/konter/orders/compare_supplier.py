"""One purchase in two books: the supplier's and ours. Pure; every difference has a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from konter.orders.read_supplier_report import Claim, ReportLine, SupplierReport, Unreadable
from konter.orders.states import LIVE, AttemptState


class SupplierDifferenceKind(StrEnum):
    """The gravest first. delivered_there: they say success, we say rejected or reversed.
    failed_there: they say failed, we say delivered. missing_there: delivered or under way here,
    not in their report. twice: several rows under one reference. cost: other than booked.
    undecided_here: they have decided, we have not. undecided_there: the other way round.
    other_account: bought elsewhere by our books. missing_here: under no reference of ours.
    unreadable: a row, or a cell that counts, cannot be read for certain.
    """

    DELIVERED_THERE = "delivered_there"
    FAILED_THERE = "failed_there"
    MISSING_THERE = "missing_there"
    TWICE = "twice"
    COST = "cost"
    UNDECIDED_HERE = "undecided_here"
    UNDECIDED_THERE = "undecided_there"
    OTHER_ACCOUNT = "other_account"
    MISSING_HERE = "missing_here"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BookedAttempt:
    """An attempt of ours. ``cost``: booked, whole rupiah. ``of_period``: sent on these days."""

    reference: str
    account: str
    state: AttemptState
    cost: int | None
    sent_at: datetime | None
    of_period: bool
    order_id: int
    code: str
    order_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierDifference:
    """``line``: of their report. Costs in whole rupiah, ``sent_at`` UTC; None where a side has
    nothing. ``cell``: what cannot be read, and ``part`` what it should have been."""

    kind: SupplierDifferenceKind
    reference: str | None = None
    line: int | None = None
    order_id: int | None = None
    code: str | None = None
    order_state: str | None = None
    our_state: str | None = None
    our_cost: int | None = None
    their_state: str | None = None
    their_cost: int | None = None
    sent_at: datetime | None = None
    part: str | None = None
    cell: str | None = None


Kind = SupplierDifferenceKind
GRAVITY = {kind: place for place, kind in enumerate(Kind)}


def compare_supplier(
    report: SupplierReport,
    booked: Mapping[str, BookedAttempt],
    *,
    account: str,
    checks: Collection[str],
) -> list[SupplierDifference]:
    """All differences, the gravest first, each in the order of their report.

    ``booked``: our attempts by reference, those that the report names and those of its days.
    ``checks``: references of our questions about bills, which some suppliers list as purchases.
    """
    by_reference: dict[str, list[ReportLine]] = defaultdict(list)
    for line in report.lines:
        by_reference[line.reference].append(line)
    found = [_unreadable(one, booked) for one in report.unreadable]
    for reference, lines in by_reference.items():
        attempt = booked.get(reference)
        if attempt is not None or reference not in checks:
            found += _of_reference(lines, attempt, account)
    named = {*by_reference, *(one.reference for one in report.unreadable)}
    found += [
        _of(Kind.MISSING_THERE, None, attempt)
        for attempt in booked.values()
        if attempt.reference not in named and is_expected(attempt, account)
    ]
    return sorted(found, key=lambda one: (GRAVITY[one.kind], one.line or 0))


def is_expected(attempt: BookedAttempt, account: str) -> bool:
    """Whether their report of these days must have it: it left, and is not known to be undone."""
    ended = attempt.state in (AttemptState.REJECTED, AttemptState.REVERSED)
    return attempt.of_period and attempt.account == account and not ended


def _of_reference(
    lines: Sequence[ReportLine], attempt: BookedAttempt | None, account: str
) -> Iterator[SupplierDifference]:
    line = lines[0]
    if len(lines) > 1:
        yield _of(Kind.TWICE, lines[1], attempt)
    elif attempt is None:
        yield _of(Kind.MISSING_HERE, line, None)
    elif attempt.account != account:
        yield _of(Kind.OTHER_ACCOUNT, line, attempt)
    elif (kind := _kind(line, attempt)) is not None:
        yield _of(kind, line, attempt)


def _kind(line: ReportLine, attempt: BookedAttempt) -> SupplierDifferenceKind | None:
    is_delivered = attempt.state is AttemptState.DELIVERED
    if line.claim is Claim.PENDING:
        return None if attempt.state in LIVE else Kind.UNDECIDED_THERE
    if attempt.state in LIVE:
        return Kind.UNDECIDED_HERE
    if line.claim is Claim.FAILED:
        return Kind.FAILED_THERE if is_delivered else None
    if not is_delivered:
        return Kind.DELIVERED_THERE
    return Kind.COST if line.cost is not None and line.cost != attempt.cost else None


def _of(
    kind: SupplierDifferenceKind, line: ReportLine | None, attempt: BookedAttempt | None
) -> SupplierDifference:
    return SupplierDifference(
        kind=kind,
        reference=attempt.reference if attempt else line.reference if line else None,
        line=line.line if line else None,
        order_id=attempt.order_id if attempt else None,
        code=attempt.code if attempt else None,
        order_state=attempt.order_state if attempt else None,
        our_state=attempt.state.value if attempt else None,
        our_cost=attempt.cost if attempt else None,
        their_state=line.claim.value if line else None,
        their_cost=line.cost if line else None,
        sent_at=attempt.sent_at if attempt else None,
    )


def _unreadable(one: Unreadable, booked: Mapping[str, BookedAttempt]) -> SupplierDifference:
    attempt = booked.get(one.reference or "")
    return SupplierDifference(
        kind=Kind.UNREADABLE,
        reference=one.reference,
        line=one.line,
        order_id=attempt.order_id if attempt else None,
        code=attempt.code if attempt else None,
        order_state=attempt.order_state if attempt else None,
        our_state=attempt.state.value if attempt else None,
        our_cost=attempt.cost if attempt else None,
        part=one.part.value,
        cell=one.cell,
    )
