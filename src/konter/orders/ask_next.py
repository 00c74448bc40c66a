"""When a live attempt is due again: to be sent once more, or to be asked about."""

from __future__ import annotations

from datetime import datetime, timedelta

from konter.orders import absence
from konter.orders.decide import Follow
from konter.orders.desk import OrdersDesk
from konter.orders.store import AttemptRow

FREQUENT_ENQUIRIES = 5
"""As many as the guide makes at its spacing; afterwards they become ever rarer."""

RAREST_ENQUIRY = 180
"""Spacings between two enquiries at most (2 minutes: 6 hours)."""

CHECKS = (1, 2, 4, 8, 20, 40, 80, 160, 320, 480)
"""Spacings from the sale to the first status call, and from one to the next; of 15 s: 15 s, 30 s,
1, 2, 5, 10, 20, 40 and 80 minutes, then two hours again and again."""


def next_action(
    desk: OrdersDesk, attempt: AttemptRow, follow: Follow, now: datetime
) -> datetime | None:
    """When a live attempt is due again. A call in flight keeps the time of its lease's end."""
    times = desk.times
    if attempt.in_flight(now):
        return attempt.lease_until
    soonest = _after_last(attempt, desk.gap(attempt), now)
    wait = min(times.enquiry_min_gap, 0.5 * 2.0 ** min(attempt.not_sent, 16))
    again = now + timedelta(seconds=wait) if attempt.not_sent else now
    match follow:
        case Follow.RETRY:
            return again
        case Follow.CONFIRM_REFUSAL:
            return _after_last(attempt, timedelta(seconds=times.enquiry_min_gap), now)
        case Follow.ENQUIRE | Follow.REVIEW:
            return max(soonest, again, _next_enquiry(desk, attempt, now))
        case _:
            return attempt.next_action_at or soonest


def _after_last(attempt: AttemptRow, gap: timedelta, now: datetime) -> datetime:
    return max(now, attempt.last_call_at + gap) if attempt.last_call_at else now


def _next_enquiry(desk: OrdersDesk, attempt: AttemptRow, now: datetime) -> datetime:
    times = desk.times
    if not desk.asks_by_reposting(attempt):
        return _next_check(desk, attempt, now)
    if attempt.enquiries == 0:
        return (attempt.first_sent_at or now) + timedelta(seconds=times.enquiry_first)
    rarer = max(0, attempt.enquiries - FREQUENT_ENQUIRIES + 1)
    spacings = min(RAREST_ENQUIRY, 2.0 ** min(rarer, 16))
    # From the last call, not from now: news that decides nothing must not put the question off.
    return (attempt.last_call_at or now) + timedelta(seconds=times.enquiry_spacing * spacings)


def _next_check(desk: OrdersDesk, attempt: AttemptRow, now: datetime) -> datetime:
    """Where asking buys nothing: soon and often, and in time for an absence to prove something."""
    spacing = timedelta(seconds=desk.times.check_spacing)
    steps = iter(CHECKS)
    due = (attempt.first_sent_at or now) + spacing * next(steps)
    # By the sale's age, not by the calls so far: whoever hints often must not make them rare.
    while attempt.last_call_at is not None and due <= attempt.last_call_at:
        due += spacing * next(steps, CHECKS[-1])
    proved_at = absence.proved_at(desk, attempt)
    return due if proved_at is None else min(due, proved_at)
