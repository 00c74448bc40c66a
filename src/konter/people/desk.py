"""What the people room needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.people.passwords import Hasher


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """How many attempts one window takes: failed log-ins of one e-mail and from one remote
    address, registrations from one, and guests' orders and look-ups from one."""

    logins_per_email: int = 5
    logins_per_remote: int = 30
    registrations_per_remote: int = 20
    guests_per_remote: int = 30
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """``token_ttl``: how long a log-in lasts."""

    db: Database
    clock: Clock
    ids: IdBlocks
    hasher: Hasher
    token_ttl: timedelta = timedelta(days=30)
    limits: AttemptLimits = AttemptLimits()
