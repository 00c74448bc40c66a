"""What the people room needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.money import Rupiah
from konter.people.passwords import Hasher
from konter.people.vault import Vault, no_secret


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
class MemberRules:
    """What holds for every member that has no limit of its own.

    ``bad_signs``: so many wrong proofs, of one member from one address within the window of
    AttemptLimits, lock it out. ``default_member``: who a call without a name comes from. A limit a
    day that is None is no limit.
    """

    bad_signs: int = 10
    requests_per_minute: int = 600
    orders_per_day: int | None = None
    amount_per_day: Rupiah | None = None
    default_member: str | None = None


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """``token_ttl``: how long a log-in lasts. ``vault``: seals members' secrets; without a secret
    of its own it refuses to. ``staff_two_factor``: staff need a second step, and may do nothing
    before they have it. ``shop_name``: what their authenticator app shows."""

    db: Database
    clock: Clock
    ids: IdBlocks
    hasher: Hasher
    token_ttl: timedelta = timedelta(days=30)
    limits: AttemptLimits = AttemptLimits()
    vault: Vault = field(default_factory=lambda: Vault(no_secret))
    members: MemberRules = MemberRules()
    staff_two_factor: bool = False
    shop_name: str = "Konter"
