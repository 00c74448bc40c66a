"""What telling resellers needs, handed in by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from konter.db.pool import Database
from konter.hooks.inbox import Wakes
from konter.kernel.clock import Clock
from konter.kernel.wire_types import WireAnswer, WireRequest, WireSilence
from konter.people.desk import PeopleDesk

BACK_OFF_S: Final = (10.0, 30.0, 120.0, 600.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0)
"""Seconds from one failed try to the next: nine tries within a day, then it is dead."""


class Sends(Protocol):
    """The courier, as far as this room uses it."""

    async def send(self, request: WireRequest) -> WireAnswer | WireSilence: ...


@dataclass(frozen=True, slots=True)
class OutboxDesk:
    """``wake``: looks for more as soon as a call has ended. ``timeout_s``: how long a receiver may
    take. ``per_member``: calls at once to one that is
    well; one that fails gets one. ``off_after`` failed calls in a row over at least ``off_over``
    switch a member's callbacks off."""

    db: Database
    clock: Clock
    people: PeopleDesk
    courier: Sends
    wake: Wakes
    timeout_s: float = 10.0
    per_member: int = 8
    off_after: int = 50
    off_over: timedelta = timedelta(days=1)

    @property
    def lease(self) -> timedelta:
        """Twice as long as a call and its noting could take; afterwards it is sent again."""
        return timedelta(seconds=max(30.0, 3 * self.timeout_s))
