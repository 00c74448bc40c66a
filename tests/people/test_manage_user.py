"""Staff handle users: nobody themselves, operators no staff, and never the last admin."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from konter.db.pool import Database
from konter.people.actor import Actor
from konter.people.audit import deeds
from konter.people.configure_member import set_active
from konter.people.desk import PeopleDesk
from konter.people.find_users import find_users, user_card
from konter.people.login import AccountDisabled, login
from konter.people.manage_user import (
    LastAdmin,
    NotOneself,
    change_role,
    disable,
    enable,
    end_sessions,
)
from konter.people.permits import Forbidden, Person, Role
from konter.people.register_member import register_member
from konter.people.roster import NoSuchUser
from konter.people.rotate_member import rotate
from konter.people.tokens import bearers, issue
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk, somebody


@dataclass
class Crew:
    desk: PeopleDesk
    siti: Person
    budi: Person
    operator: Person
    buyer: Person


@pytest.fixture
async def crew(db: Database, clock: ManualClock) -> Crew:
    desk = people_desk(db, clock)
    roles = (Role.ADMIN, Role.ADMIN, Role.OPERATOR, Role.RESELLER)
    people = [await somebody(desk, f"orang{n}@contoh.id", role) for n, role in enumerate(roles)]
    return Crew(desk, *people)


def actor(person: Person) -> Actor:
    return Actor(person.email, person.id, "10.0.0.1")


async def roles(crew: Crew) -> dict[int, str]:
    async with crew.desk.db.read() as tx:
        return {user.id: user.role for user in await find_users(tx)}


async def test_an_admin_gives_a_role_and_it_is_on_record(crew: Crew) -> None:
    for _ in range(2):
        done = await change_role(crew.desk, crew.buyer.id, Role.OPERATOR, by=actor(crew.siti))
        assert done.role is Role.OPERATOR
    async with crew.desk.db.read() as tx:
        (deed,) = await deeds(tx, act="user.role")
    assert (deed.actor, deed.subject, deed.remote) == (
        crew.siti.email,
        f"user:{crew.buyer.id}",
        "10.0.0.1",
    )


async def test_nobody_changes_themselves_or_staff_above_them(crew: Crew) -> None:
    with pytest.raises(NotOneself):
        await change_role(crew.desk, crew.siti.id, Role.RETAIL, by=actor(crew.siti))
    with pytest.raises(NotOneself):
        await disable(crew.desk, crew.operator.id, reason="cuti", by=actor(crew.operator))
    with pytest.raises(Forbidden):
        await change_role(crew.desk, crew.buyer.id, Role.ADMIN, by=actor(crew.operator))
    with pytest.raises(Forbidden):
        await disable(crew.desk, crew.siti.id, reason="iseng", by=actor(crew.operator))
    with pytest.raises(Forbidden):
        await disable(crew.desk, crew.siti.id, reason="iseng", by=actor(crew.buyer))
    with pytest.raises(NoSuchUser):
        await change_role(crew.desk, 999_999, Role.ADMIN, by=actor(crew.siti))


async def test_two_admins_who_demote_each_other_leave_one(crew: Crew) -> None:
    for _ in range(5):
        results = await asyncio.gather(
            change_role(crew.desk, crew.budi.id, Role.RETAIL, by=actor(crew.siti)),
            change_role(crew.desk, crew.siti.id, Role.RETAIL, by=actor(crew.budi)),
            disable(crew.desk, crew.budi.id, reason="balas", by=actor(crew.siti)),
            return_exceptions=True,
        )
        left = [i for i, role in (await roles(crew)).items() if role == "admin"]
        assert len(left) == 1, results
        winner = crew.siti if left == [crew.siti.id] else crew.budi
        loser = crew.budi if winner is crew.siti else crew.siti
        await enable(crew.desk, loser.id, by=actor(winner))
        await change_role(crew.desk, loser.id, Role.ADMIN, by=actor(winner))


async def test_the_last_admin_stays_though_an_admin_of_a_moment_ago_asks(crew: Crew) -> None:
    await change_role(crew.desk, crew.budi.id, Role.OPERATOR, by=actor(crew.siti))
    with pytest.raises(Forbidden):
        await change_role(crew.desk, crew.siti.id, Role.RETAIL, by=actor(crew.budi))
    await change_role(crew.desk, crew.budi.id, Role.ADMIN, by=actor(crew.siti))
    await disable(crew.desk, crew.siti.id, reason="pindah", by=actor(crew.budi))
    with pytest.raises((Forbidden, LastAdmin)):
        await disable(crew.desk, crew.budi.id, reason="balas", by=actor(crew.siti))


async def test_a_disabled_user_is_out_until_enabled(crew: Crew) -> None:
    async with crew.desk.db.transaction() as tx:
        at = crew.desk.clock.now()
        token = (await issue(tx, crew.buyer, at=at, ttl=timedelta(days=1))).token
        assert (await user_card(tx, crew.buyer.id, now=at)).sessions == 1
    await disable(crew.desk, crew.buyer.id, reason="mencurigakan", by=actor(crew.operator))
    with pytest.raises(AccountDisabled):
        await login(crew.desk, email=crew.buyer.email, password=PASSWORD, remote="10.1.1.1")
    await enable(crew.desk, crew.buyer.id, by=actor(crew.operator))
    async with crew.desk.db.read() as tx:
        assert await bearers(tx, [token], at=at) == [None]
    await login(crew.desk, email=crew.buyer.email, password=PASSWORD, remote="10.1.1.1")
    await end_sessions(crew.desk, crew.buyer.id, by=actor(crew.operator))
    async with crew.desk.db.read() as tx:
        assert (await user_card(tx, crew.buyer.id, now=at)).sessions == 0


async def test_people_are_found_by_whatever_is_known_of_them(crew: Crew) -> None:
    await register_member(crew.desk, email=crew.buyer.email, member_id="TOKO7")
    async with crew.desk.db.read() as tx:
        for text in ("ORANG3", "toko7", str(crew.buyer.id), "  orang3@contoh.id "):
            assert [user.id for user in await find_users(tx, text)] == [crew.buyer.id], text
        for text in ("%", "_", "orang3\\", "tidak ada"):
            assert await find_users(tx, text) == []
        assert len(await find_users(tx, "siti", role=Role.ADMIN)) == 2
        everybody = await find_users(tx)
        assert [u.id for u in await find_users(tx, before=everybody[1].id)] == [
            u.id for u in everybody[2:]
        ]


async def test_what_staff_do_to_members_is_on_record_without_a_secret(crew: Crew) -> None:
    by = actor(crew.siti)
    made = await register_member(crew.desk, email=crew.buyer.email, member_id="TOKO7", by=by)
    fresh = await rotate(crew.desk, "TOKO7", by=by)
    await set_active(crew.desk, "TOKO7", False, by=by)
    async with crew.desk.db.read() as tx:
        kept = await deeds(tx, subject="member:TOKO7")
    assert [deed.act for deed in kept] == ["member.configure", "member.rotate", "member.register"]
    for secret in (*made.secrets.by_part.values(), *fresh.by_part.values()):
        assert all(secret not in deed.detail for deed in kept)
