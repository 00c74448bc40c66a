"""How often someone may try. Counted before the trying, so that parallel attempts gain nothing.

The counts are rows, so the limits hold across processes; a row's own lock orders its counters.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from konter.db.pool import Tx
from konter.kernel.errors import Refused

COUNT = """
INSERT INTO people.attempts AS a (subject, counted, ends_at)
VALUES (%(subject)s, 1, %(ends_at)s)
ON CONFLICT (subject) DO UPDATE SET
    counted = CASE WHEN a.ends_at <= %(at)s THEN 1 ELSE a.counted + 1 END,
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
    in one order everywhere (``register:``, ``remote:``, ``email:``), or two callers could deadlock.
    """
    row = await tx.row(COUNT, {"subject": subject, "at": at, "ends_at": at + window})
    await tx.run(PRUNE, {"at": at})
    if row is None or row[0] <= most:
        return None
    return TooManyAttempts(retry_after=max(1, math.ceil((row[1] - at).total_seconds())))


async def take_back(tx: Tx, subject: str) -> None:
    """This attempt was a good one."""
    await tx.run(TAKE_BACK, {"subject": subject})


async def forget(tx: Tx, subject: str) -> None:
    """Start counting this subject afresh."""
    await tx.run(FORGET, {"subject": subject})


def of_email(email: str) -> str:
    return f"email:{email}"


def of_remote(remote: str) -> str:
    return f"remote:{_network(remote)}"


def of_registration(remote: str) -> str:
    return f"register:{_network(remote)}"


def of_guest(remote: str) -> str:
    return f"guest:{_network(remote)}"


def _network(remote: str) -> str:
    """An IPv6 caller owns a whole /64, so all of it counts as one."""
    try:
        address = ip_address(remote.partition("%")[0])
    except ValueError:
        return remote[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False).network_address)
