"""One payment in two books: theirs and ours. Pure; every difference has a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import Claim, FeeOn, Listed


class DifferenceKind(StrEnum):
    """missing_here: paid there under our reference, not confirmed here. missing_there: confirmed
    here, not on their list. amount, fee: other than booked. reference: confirmed for another
    invoice than they name. refunded_there: they gave back what our books still have.
    not_paid_there: confirmed here, and they say something else. stranger: paid there under no
    reference of ours. unreadable: rows, a state or an amount that cannot be read. balance: what
    they hold for us is not what our books say.
    """

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    FEE = "fee"
    REFERENCE = "reference"
    REFUNDED_THERE = "refunded_there"
    NOT_PAID_THERE = "not_paid_there"
    STRANGER = "stranger"
    UNREADABLE = "unreadable"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Difference:
    """``reference``: ours, as the side that has the payment names it. ``ours``, ``theirs``: whole
    rupiah, a word, or None where a side has nothing."""

    kind: DifferenceKind
    their_id: str | None
    reference: str | None
    ours: int | str | None
    theirs: int | str | None


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment confirmed here; whole rupiah. ``kept``: of ``amount``, by the gateway.
    ``reversed``: it is recorded that they gave it back. ``of_day``: of the day in question."""

    id: int
    their_id: str
    reference: str
    fee_on: str
    amount: int
    kept: int
    reversed: bool
    confirmed_at: datetime
    of_day: bool


def differences(row: Listed | None, booked: Booked | None, *, is_ours: bool) -> list[Difference]:
    """How their row and our payment differ; either may be missing. ``is_ours``: the row names an
    invoice of ours."""
    if booked is None:
        return [] if row is None else list(_unbooked(row, is_ours))
    if row is None:
        return [_of(DifferenceKind.MISSING_THERE, booked, booked.amount, None)]
    if row.claim is Claim.REFUNDED:
        if booked.reversed:
            return []
        return [_of(DifferenceKind.REFUNDED_THERE, booked, booked.amount, row.claim.value)]
    if row.claim is not Claim.PAID:
        return [_of(DifferenceKind.NOT_PAID_THERE, booked, booked.amount, row.claim.value)]
    return list(_compared(row, booked))


def _unbooked(row: Listed, is_ours: bool) -> Iterator[Difference]:
    """What is not confirmed here need not be, unless they were paid; or nobody knows."""
    if row.claim is Claim.PAID:
        kind = DifferenceKind.MISSING_HERE if is_ours else DifferenceKind.STRANGER
        yield Difference(kind, row.their_id, row.reference, None, _whole(row.charged))
    elif row.claim is Claim.UNKNOWN:
        kind = DifferenceKind.UNREADABLE
        yield Difference(kind, row.their_id, row.reference, None, row.claim.value)


def _compared(row: Listed, booked: Booked) -> Iterator[Difference]:
    """Both say paid: is it the same payment, and as much?"""
    if row.reference != booked.reference:
        yield _of(DifferenceKind.REFERENCE, booked, booked.reference, row.reference)
    amount, fee = row.worth(FeeOn(booked.fee_on))
    if amount is None or fee is None:
        yield _of(DifferenceKind.UNREADABLE, booked, booked.amount, _whole(amount))
    if amount is not None and amount.amount != booked.amount:
        yield _of(DifferenceKind.AMOUNT, booked, booked.amount, amount.amount)
    if fee is not None and fee.amount != booked.kept:
        yield _of(DifferenceKind.FEE, booked, booked.kept, fee.amount)


def _of(
    kind: DifferenceKind, booked: Booked, ours: int | str | None, theirs: int | str | None
) -> Difference:
    return Difference(kind, booked.their_id, booked.reference, ours, theirs)


def _whole(amount: Rupiah | None) -> int | None:
    return None if amount is None else amount.amount
