"""How often someone may try. Counted before the trying, so that parallel attempts gain nothing.

The counts are rows, so the limits hold across processes; a row's own lock orders its counters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.addresses import counted_as

COUNT = """
INSERT INTO people.attempts AS a (subject, counted, ends_at)
VALUES (%(subject)s, %(by)s, %(ends_at)s)
ON CONFLICT (subject) DO UPDATE SET
    counted = CASE WHEN a.ends_at <= %(at)s THEN 0 ELSE a.counted END + excluded.counted,
    ends_at = CASE WHEN a.ends_at <= %(at)s THEN excluded.ends_at ELSE a.ends_at END
RETURNING counted, ends_at
"""

TAKE_BACK = """
UPDATE people.attempts SET counted = counted - 1 WHERE subject = %(subject)s AND counted > 0
"""

FORGET = "DELETE FROM people.attempts WHERE subject = %(subject)s"

# SKIP LOCKED: pruning waits for nobody, so it cannot deadlock with those who count.
PRUNE = """
DELETE FROM people.attempts WHERE subject IN (
    SELECT subject FROM people.attempts WHERE ends_at <= %(at)s
    ORDER BY ends_at LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


class TooManyAttempts(Refused):
    """``retry_after``: seconds until this subject may try again."""

    code = "too_many_attempts"
    status = 429
    message = "Terlalu banyak percobaan, silakan coba lagi nanti"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)


async def count(
    tx: Tx, subject: str, *, most: int, window: timedelta, at: datetime
) -> TooManyAttempts | None:
    """Count one attempt; answers the refusal when it is one too many.

    Answered, not raised, so that the caller can commit the count first. Subjects must be counted
    in one order everywhere (``register:``, ``remote:``, ``email:``; ``signs:``, ``sign:``), or two
    callers could deadlock.
    """
    counted = await tally(tx, subject, window=window, at=at)
    return None if counted.so_far <= most else TooManyAttempts(retry_after=counted.retry_after)


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was counted in the window that runs, and the seconds until it ends."""

    so_far: int
    seconds_left: float

    @property
    def retry_after(self) -> int:
        """Whole seconds, at least one."""
        return max(1, math.ceil(self.seconds_left))


async def tally(tx: Tx, subject: str, *, window: timedelta, at: datetime, by: int = 1) -> Tally:
    """Count ``by`` more; answers where that leads. The window starts with the first of them."""
    facts = {"subject": subject, "by": by, "at": at, "ends_at": at + window}
    ((so_far, ends_at),) = await tx.rows(COUNT, facts)
    await tx.run(PRUNE, {"at": at})
    return Tally(so_far, (ends_at - at).total_seconds())


async def take_back(tx: Tx, subject: str) -> None:
    """This attempt was a good one."""
    await tx.run(TAKE_BACK, {"subject": subject})


async def forget(tx: Tx, subject: str) -> None:
    """Start counting this subject afresh."""
    await tx.run(FORGET, {"subject": subject})


def of_email(email: str) -> str:
    return f"email:{email}"


def of_remote(remote: str) -> str:
    return f"remote:{counted_as(remote)}"


def of_registration(remote: str) -> str:
    return f"register:{counted_as(remote)}"


def of_guest(remote: str) -> str:
    return f"guest:{counted_as(remote)}"


def of_code(user_id: int) -> str:
    """Codes of the second step; counted by itself, or after ``email:``."""
    return f"code:{user_id}"


def of_callback_test(user_id: int) -> str:
    """Counted by itself."""
    return f"callback:{user_id}"


def of_meter(remote: str) -> str:
    return f"meter:{counted_as(remote)}"
