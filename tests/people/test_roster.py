from __future__ import annotations

import pytest

from konter.db.pool import Database
from konter.kernel.errors import Invalid
from konter.people.desk import PeopleDesk
from konter.people.login import AccountDisabled, login
from konter.people.permits import Forbidden, Role, require
from konter.people.roster import (
    NoSuchUser,
    disable_user,
    enable_user,
    find_user,
    list_users,
    set_password,
    set_role,
)
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk, somebody

SITI = "siti@contoh.id"


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


async def test_the_roster_lists_everybody_without_their_hashes(desk: PeopleDesk) -> None:
    siti = await somebody(desk)
    await somebody(desk, "ani@contoh.id", Role.ADMIN)
    listed = await list_users(desk)
    assert {(u.id, u.email, u.role) for u in listed} >= {(siti.id, SITI, "retail")}
    assert len(listed) == 2
    assert "argon2" not in str(listed)


async def test_a_user_is_found_in_any_case_of_letters(desk: PeopleDesk) -> None:
    siti = await somebody(desk)
    assert await find_user(desk, " SITI@contoh.id") == siti


async def test_nobody_is_changed_when_nobody_has_that_email(desk: PeopleDesk) -> None:
    with pytest.raises(NoSuchUser):
        await find_user(desk, SITI)
    with pytest.raises(NoSuchUser):
        await set_role(desk, email=SITI, role=Role.ADMIN)
    with pytest.raises(NoSuchUser):
        await set_password(desk, email=SITI, password=PASSWORD)
    with pytest.raises(NoSuchUser):
        await disable_user(desk, email=SITI)


async def test_a_new_password_must_be_fit(desk: PeopleDesk) -> None:
    await somebody(desk)
    with pytest.raises(Invalid) as refusal:
        await set_password(desk, email=SITI, password="pendek")
    assert list(refusal.value.errors) == ["password"]


async def test_a_user_disabled_and_enabled_again_logs_in(desk: PeopleDesk) -> None:
    siti = await somebody(desk)
    assert await disable_user(desk, email=SITI) == siti
    await disable_user(desk, email=SITI)
    with pytest.raises(AccountDisabled):
        await login(desk, email=SITI, password=PASSWORD, remote="203.0.113.7")
    await enable_user(desk, email=SITI)
    await login(desk, email=SITI, password=PASSWORD, remote="203.0.113.7")


async def test_who_lacks_the_role_is_forbidden(desk: PeopleDesk) -> None:
    siti = await somebody(desk)
    require(siti, Role.RETAIL, Role.RESELLER)
    with pytest.raises(Forbidden):
        require(siti, Role.OPERATOR, Role.ADMIN)
