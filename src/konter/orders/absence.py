"""When an upstream's 'no record here' proves that nothing was bought.

Only where its adapter declares it, and only said often, for long enough, on the day of the sale and
about a purchase that it never said it had: anything less waits for a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from konter.kernel.clock import business_date
from konter.kernel.outcome import Absent, NotSent, Unknown
from konter.orders.desk import OrdersDesk
from konter.orders.store import AttemptRow
from konter.orders.tidings import Tidings

LEAST_ANSWERS: Final = 3

NEAR_MIDNIGHT: Final = timedelta(minutes=5)
"""Their day may begin so much earlier or later than ours."""


def proves(desk: OrdersDesk, attempt: AttemptRow, at: datetime) -> bool:
    """Whether the answers that came in a row are proof, with the one of ``at``."""
    lasts = desk.adapter_of(attempt).traits.absence_proves_after
    return (
        lasts is not None
        and may_prove(desk, attempt, at)
        and attempt.absences >= LEAST_ANSWERS
        and attempt.absent_at is not None
        and at - attempt.absent_at >= lasts
    )


def may_prove(desk: OrdersDesk, attempt: AttemptRow, at: datetime) -> bool:
    """Whether such answers can prove anything about this attempt, if they go on."""
    sent = attempt.first_sent_at
    return (
        desk.adapter_of(attempt).traits.absence_proves_after is not None
        and sent is not None
        and attempt.sends == 1
        and not attempt.is_known
        and not attempt.for_review
        and business_date(sent - NEAR_MIDNIGHT) == business_date(at + NEAR_MIDNIGHT)
    )


def proved_at(desk: OrdersDesk, attempt: AttemptRow) -> datetime | None:
    """When the answers that came in a row will have lasted long enough; None: there are none, or
    they never prove anything."""
    lasts = desk.adapter_of(attempt).traits.absence_proves_after
    if lasts is None or attempt.absent_at is None or attempt.absences < LEAST_ANSWERS - 1:
        return None
    ends = attempt.absent_at + lasts
    return ends if may_prove(desk, attempt, ends) else None


def note_answer(attempt: AttemptRow, item: Tidings) -> None:
    """Count what a call brought: silence and a proxy's page say nothing, any other words begin
    anew."""
    if isinstance(item.news, Absent):
        attempt.absences += 1
        attempt.absent_at = attempt.absent_at or item.happened_at
    elif not isinstance(item.news, NotSent) and not _is_silence(item):
        attempt.absences, attempt.absent_at = 0, None


def _is_silence(item: Tidings) -> bool:
    told = item.exchange
    unread = told is not None and (told.problem is not None or told.status != 200)
    return isinstance(item.news, Unknown) and unread
