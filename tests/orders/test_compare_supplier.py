"""One purchase in two books: every pair of words has its name, or none where both agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.orders.compare_supplier import (
    BookedAttempt,
    SupplierDifference,
    compare_supplier,
)
from konter.orders.compare_supplier import SupplierDifferenceKind as Kind
from konter.orders.read_supplier_report import (
    Claim,
    Naming,
    Part,
    ReportLine,
    SupplierReport,
    Unreadable,
)
from konter.orders.states import LIVE, AttemptState

HERE, THERE = "digiflazz-main", "okeconnect-main"
OURS = BookedAttempt(
    reference="TRX-1",
    account=HERE,
    state=AttemptState.DELIVERED,
    cost=10_000,
    sent_at=datetime(2026, 11, 21, 3, tzinfo=UTC),
    of_period=True,
    order_id=7,
    code="TRX-1",
    order_state="delivered",
)
THEIRS = ReportLine(2, "TRX-1", Claim.SUCCESS, 10_000)


def a_report(*lines: ReportLine, unreadable: tuple[Unreadable, ...] = ()) -> SupplierReport:
    return SupplierReport(lines, unreadable, len(lines) + len(unreadable), True, b"", Naming())


def found(
    report: SupplierReport, *attempts: BookedAttempt, checks: tuple[str, ...] = ()
) -> list[SupplierDifference]:
    booked = {attempt.reference: attempt for attempt in attempts}
    return compare_supplier(report, booked, account=HERE, checks=checks)


def kinds(
    report: SupplierReport, *attempts: BookedAttempt, checks: tuple[str, ...] = ()
) -> list[Kind]:
    return [one.kind for one in found(report, *attempts, checks=checks)]


def expected(claim: Claim, state: AttemptState) -> list[Kind]:
    if claim is Claim.PENDING:
        return [] if state in LIVE else [Kind.UNDECIDED_THERE]
    if state in LIVE:
        return [Kind.UNDECIDED_HERE]
    if claim is Claim.SUCCESS:
        return [] if state is AttemptState.DELIVERED else [Kind.DELIVERED_THERE]
    return [Kind.FAILED_THERE] if state is AttemptState.DELIVERED else []


@pytest.mark.parametrize(("claim", "state"), list(product(Claim, AttemptState)))
def test_every_word_of_theirs_meets_every_state_of_ours(claim: Claim, state: AttemptState) -> None:
    line = replace(THEIRS, claim=claim)
    assert kinds(a_report(line), replace(OURS, state=state)) == expected(claim, state)


def test_a_cost_is_compared_where_both_delivered_and_they_tell_it() -> None:
    (dear,) = found(a_report(replace(THEIRS, cost=10_001)), OURS)
    assert (dear.kind, dear.our_cost, dear.their_cost) == (Kind.COST, 10_000, 10_001)
    assert (dear.order_id, dear.code, dear.line) == (7, "TRX-1", 2)
    assert kinds(a_report(replace(THEIRS, cost=None)), OURS) == []
    rejected = replace(OURS, state=AttemptState.REJECTED, cost=None)
    assert kinds(a_report(replace(THEIRS, claim=Claim.FAILED, cost=5)), rejected) == []


@pytest.mark.parametrize("state", AttemptState)
def test_what_should_be_in_their_report_and_is_not_is_named(state: AttemptState) -> None:
    other = replace(THEIRS, reference="TRX-2")
    attempt = replace(OURS, state=state)
    undone = state in (AttemptState.REJECTED, AttemptState.REVERSED)
    missing = [] if undone else [Kind.MISSING_THERE]
    assert kinds(a_report(other), attempt) == [*missing, Kind.MISSING_HERE]
    assert kinds(a_report(other), replace(attempt, of_period=False)) == [Kind.MISSING_HERE]
    assert kinds(a_report(other), replace(attempt, account=THERE)) == [Kind.MISSING_HERE]


def test_whatever_they_call_what_is_not_ours_it_is_named() -> None:
    for claim in Claim:
        (stranger,) = found(a_report(replace(THEIRS, claim=claim)))
        assert (stranger.kind, stranger.order_id) == (Kind.MISSING_HERE, None)
        assert (stranger.reference, stranger.their_cost) == ("TRX-1", 10_000)
    assert kinds(a_report(THEIRS), checks=("TRX-1",)) == [], "a question about a bill"
    assert kinds(a_report(replace(THEIRS, cost=1)), OURS, checks=("TRX-1",)) == [Kind.COST]
    assert kinds(a_report(THEIRS), replace(OURS, account=THERE)) == [Kind.OTHER_ACCOUNT]


def test_two_rows_under_one_reference_are_one_difference_and_no_other() -> None:
    again = replace(THEIRS, line=9, claim=Claim.FAILED)
    (twice,) = found(a_report(THEIRS, again), OURS)
    assert (twice.kind, twice.line, twice.order_id) == (Kind.TWICE, 9, 7)
    assert kinds(a_report(THEIRS, replace(THEIRS, line=9))) == [Kind.TWICE]


def test_a_row_that_cannot_be_read_is_not_missing() -> None:
    unreadable = Unreadable(5, "TRX-1", Part.STATE, "Entah")
    (one,) = found(a_report(unreadable=(unreadable,)), OURS)
    assert (one.kind, one.line, one.part, one.cell) == (Kind.UNREADABLE, 5, "state", "Entah")
    assert one.order_id == 7
    nobody = Unreadable(6, None, Part.REFERENCE, "")
    assert kinds(a_report(unreadable=(nobody,)), OURS) == [Kind.MISSING_THERE, Kind.UNREADABLE]


STATES = st.sampled_from(AttemptState)
CLAIMS = st.none() | st.sampled_from(Claim)


@given(st.lists(st.tuples(CLAIMS, st.none() | STATES, st.booleans()), max_size=12))
def test_of_any_two_books_each_purchase_is_named_once_or_agrees(
    pairs: list[tuple[Claim | None, AttemptState | None, bool]],
) -> None:
    """The gravest first; a purchase that one side lacks, decides otherwise or takes another cost
    for, is never passed over, and one that agrees is never named."""
    lines, attempts = [], []
    planted: dict[str | None, Kind] = {}
    for number, (claim, state, is_dear) in enumerate(pairs):
        reference = f"TRX-{number}"
        if claim is not None:
            lines.append(ReportLine(number + 2, reference, claim, 10_000 + is_dear))
        if state is not None:
            attempts.append(replace(OURS, reference=reference, state=state))
        if claim is not None and state is not None:
            named = expected(claim, state)
            both = (claim, state) == (Claim.SUCCESS, AttemptState.DELIVERED)
            named = [Kind.COST] if both and is_dear else named
        elif claim is not None:
            named = [Kind.MISSING_HERE]
        else:
            missing = state is not None and state not in ("rejected", "reversed")
            named = [Kind.MISSING_THERE] if missing else []
        for kind in named:
            planted[reference] = kind
    said = found(a_report(*lines), *attempts)
    assert {one.reference: one.kind for one in said} == planted and len(said) == len(planted)
    places = [list(Kind).index(one.kind) for one in said]
    assert places == sorted(places)
