"""How many calls a member may make in a minute, however many processes answer them.

The minute is a row, and a process takes a twentieth of it at a time, so that most calls ask nobody.
All processes together never let more through than the limit; what one of them took and did not use
is lost with its minute. A single process lets through exactly the limit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from konter.kernel.errors import Refused
from konter.people.attempts import Tally, tally
from konter.people.desk import PeopleDesk
from konter.people.members import Member

MINUTE = timedelta(minutes=1)
"""Starts with the first call in it."""

SHARES = 20


class TooManyRequests(Refused):
    """``retry_after``: seconds until the member's next minute."""

    code = "too_many_requests"
    status = 429
    message = "Terlalu banyak permintaan, silakan coba lagi nanti"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)


@dataclass(slots=True)
class _Share:
    """What this process may still let through before ``until``. ``full``: and nothing is left."""

    left: int = 0
    until: float = 0.0
    full: Tally | None = None
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Allowance:
    """What this process took of its members' minutes."""

    def __init__(self, desk: PeopleDesk) -> None:
        self._desk = desk
        self._shares: dict[int, _Share] = {}

    async def spend(self, member: Member) -> None:
        """One call. Raises TooManyRequests."""
        share = self._shares.setdefault(member.user_id, _Share())
        if self._spent(share):
            return
        async with share.taking:
            if not self._spent(share):
                await self._take(share, member)

    def _spent(self, share: _Share) -> bool:
        """Whether one could be spent of what is here."""
        left = share.until - self._desk.clock.monotonic()
        if left <= 0:
            return False
        if share.full is not None:
            raise TooManyRequests(retry_after=Tally(0, left).retry_after)
        if share.left == 0:
            return False
        share.left -= 1
        return True

    async def _take(self, share: _Share, member: Member) -> None:
        most = member.limits.requests_per_minute
        wanted = max(1, most // SHARES)
        started, at = self._desk.clock.monotonic(), self._desk.clock.now()
        async with self._desk.db.transaction() as tx:
            told = await tally(tx, f"calls:{member.user_id}", window=MINUTE, at=at, by=wanted)
        granted = wanted - max(0, told.so_far - most)
        share.until = started + told.seconds_left
        share.full = told if granted <= 0 else None
        if granted <= 0:
            raise TooManyRequests(retry_after=told.retry_after)
        share.left = granted - 1
