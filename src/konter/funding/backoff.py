"""When to ask again: soon after a link was made, ever rarer, and once when its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from konter.funding.desk import PayTimes

AFTER_EXPIRY: Final = timedelta(seconds=5)
"""Long enough for a gateway to have noticed that a payment's time is over."""

RAREST_AFTER_S: Final = 21_600.0
"""Once its time is over, most of what is unpaid stays so: asking every few minutes would be a
flood of questions about abandoned links."""

LONGEST_RETRY_S: Final = 60.0


def next_question(
    times: PayTimes, *, created_at: datetime, expires_at: datetime, ended_at: datetime
) -> datetime | None:
    """When to ask again about what is still undecided; None: it is watched no longer.

    ``ended_at``: when the last question ended. Half its age, within limits; but never past the end
    of its time, while that lies ahead, and never within the least gap.
    """
    if ended_at > expires_at + timedelta(seconds=times.watch_after):
        return None
    half_s = 0.5 * (ended_at - created_at).total_seconds()
    is_payable = ended_at < expires_at + AFTER_EXPIRY
    rarest_s = times.rarest_ask if is_payable else max(RAREST_AFTER_S, times.rarest_ask)
    then = ended_at + timedelta(seconds=max(times.first_ask, min(rarest_s, half_s)))
    if is_payable:
        then = min(then, expires_at + AFTER_EXPIRY)
    return max(then, ended_at + timedelta(seconds=times.min_gap))


def soonest(times: PayTimes, now: datetime, last_asked_at: datetime | None) -> datetime:
    """When one may ask whom a hint, or a person, has brought forward."""
    if last_asked_at is None:
        return now
    return max(now, last_asked_at + timedelta(seconds=times.min_gap))


def next_try(now: datetime, not_sent: int) -> datetime:
    """When a call is tried again of which ``not_sent`` tries have certainly not left."""
    return now + timedelta(seconds=min(LONGEST_RETRY_S, 0.5 * 2.0 ** min(not_sent, 16)))
