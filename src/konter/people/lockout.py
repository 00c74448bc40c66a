"""Whoever proves wrongly too often is not listened to for a while.

Counted for one name from one address, and for the address altogether, so that trying many names
ends too. The counts are rows, so they hold across processes; each process keeps its own beside
them, which costs nothing to look at and is counted up before anything is awaited: parallel guesses
gain nothing. A process that has heard nothing wrong yet learns of a lock by the first wrong proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from konter.kernel.errors import Refused
from konter.people.addresses import counted_as
from konter.people.attempts import forget, tally
from konter.people.desk import PeopleDesk

NAMES_PER_ADDRESS = 10
"""How many names may be locked out at one address before the address is: the machines of several
members may stand behind it."""

MOST_REMEMBERED = 20_000


class LockedOut(Refused):
    """``retry_after``: seconds until its proofs are looked at again."""

    code = "locked_out"
    status = 429
    message = "Terlalu banyak tanda tangan yang salah, silakan coba lagi nanti"

    def __init__(self, *, retry_after: float) -> None:
        super().__init__(retry_after=max(1, math.ceil(retry_after)))


@dataclass(frozen=True, slots=True)
class Caller:
    """``claim``: the name or key that it came with, whether or not there is such a one."""

    claim: str
    remote: str

    def subjects(self) -> tuple[str, str]:
        """Its address, and its claim from there: in the order in which they are counted."""
        network = counted_as(self.remote)
        return (f"signs:{network}", f"sign:{self.claim}:{network}")


@dataclass(slots=True)
class _Heard:
    """Wrong proofs of one subject until its window ends: what the row said last, and those that
    this process is about to count there."""

    until: float
    counted: int = 0
    under_way: int = 0


class LockOut:
    """The wrong proofs that this process heard of."""

    def __init__(self, desk: PeopleDesk) -> None:
        self._desk = desk
        self._heard: dict[str, _Heard] = {}

    def admit(self, caller: Caller) -> None:
        """Raises LockedOut for a caller that is known to be. Awaits nothing, counts nothing."""
        now = self._desk.clock.monotonic()
        for subject, most in self._limits(caller):
            heard = self._heard.get(subject)
            if heard and heard.counted + heard.under_way >= most and heard.until > now:
                raise LockedOut(retry_after=heard.until - now)

    async def count(self, caller: Caller) -> None:
        """One more wrong proof. Raises LockedOut if it is one too many."""
        clock, window = self._desk.clock, self._desk.limits.window
        started, at = clock.monotonic(), clock.now()
        heard = [self._of(subject, started) for subject in caller.subjects()]
        for one in heard:
            one.under_way += 1
        try:
            async with self._desk.db.transaction() as tx:
                told = [await tally(tx, s, window=window, at=at) for s in caller.subjects()]
        finally:
            for one in heard:
                one.under_way -= 1
        for one, row in zip(heard, told, strict=True):
            one.counted, one.until = row.so_far, started + row.seconds_left
        for (_, most), row in zip(self._limits(caller), told, strict=True):
            if row.so_far > most:
                raise LockedOut(retry_after=row.seconds_left)

    async def forgive(self, caller: Caller) -> None:
        """A right proof: whoever can bring one guesses nothing. Costs a commit after wrong ones."""
        address, claimed = caller.subjects()
        if self._heard.pop(claimed, None) is None:
            return
        self._heard.pop(address, None)
        async with self._desk.db.transaction() as tx:
            await forget(tx, address)
            await forget(tx, claimed)

    def _limits(self, caller: Caller) -> tuple[tuple[str, int], tuple[str, int]]:
        address, claimed = caller.subjects()
        most = self._desk.members.bad_signs
        return ((address, most * NAMES_PER_ADDRESS), (claimed, most))

    def _of(self, subject: str, now: float) -> _Heard:
        heard = self._heard.get(subject)
        if heard is None or heard.until <= now:
            self._heard.pop(subject, None)
            if len(self._heard) >= MOST_REMEMBERED:
                del self._heard[next(iter(self._heard))]
            heard = _Heard(now + self._desk.limits.window.total_seconds())
            self._heard[subject] = heard
        return heard
