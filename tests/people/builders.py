"""People for tests: a desk with cheap hashing, and somebody to be."""

from __future__ import annotations

from dataclasses import replace

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.people.desk import AttemptLimits, PeopleDesk
from konter.people.passwords import Hasher
from konter.people.permits import Person, Role
from konter.people.register import create_user
from konter.people.register_member import Registered, register_member
from konter.people.vault import Vault

PASSWORD = "kata-sandi-panjang"
SECRET = "kunci-toko-yang-panjang-sekali-0123456789"


def people_desk(db: Database, clock: Clock, limits: AttemptLimits | None = None) -> PeopleDesk:
    """The real thing; only its Argon2 costs next to nothing."""
    hasher = Hasher(time_cost=1, memory_kib=64)
    return PeopleDesk(
        db, clock, IdBlocks(), hasher, limits=limits or AttemptLimits(), vault=Vault(lambda: SECRET)
    )


def wide_open(desk: PeopleDesk) -> PeopleDesk:
    """The same desk with limits that nobody meets."""
    return replace(desk, limits=AttemptLimits(10_000, 10_000, 10_000))


async def somebody(
    desk: PeopleDesk, email: str = "siti@contoh.id", role: Role = Role.RETAIL
) -> Person:
    return await create_user(desk, name="Siti", email=email, password=PASSWORD, role=role)


async def some_member(
    desk: PeopleDesk, member_id: str = "TOKO1", email: str = "siti@contoh.id"
) -> Registered:
    """A reseller who became a member."""
    await somebody(desk, email, Role.RESELLER)
    return await register_member(desk, email=email, member_id=member_id)
