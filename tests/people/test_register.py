from __future__ import annotations

import asyncio

import pytest

from konter.db.pool import Database
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO
from konter.ledger.read import balance
from konter.people.attempts import TooManyAttempts
from konter.people.desk import AttemptLimits, PeopleDesk
from konter.people.fields import checked, email_of, name_of, password_of
from konter.people.permits import Role
from konter.people.register import EmailTaken, create_user, register
from konter.people.sessions import Sessions
from konter.people.tokens import SignedIn
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


async def sign_up(
    desk: PeopleDesk, email: str = "budi@contoh.id", name: str = "Budi", password: str = PASSWORD
) -> SignedIn:
    return await register(desk, name=name, email=email, password=password, remote="203.0.113.7")


async def test_whoever_registers_is_retail_has_a_wallet_and_is_logged_in(
    desk: PeopleDesk,
) -> None:
    signed = await sign_up(desk, email=" Budi@Contoh.ID ", name="  Budi Santoso ")
    person = signed.person
    assert (person.email, person.name, person.role) == (
        "budi@contoh.id",
        "Budi Santoso",
        Role.RETAIL,
    )
    assert await Sessions(desk).who(signed.token) == person
    async with desk.db.read() as tx:
        assert await balance(tx, person.id) == ZERO
        assert await tx.rows("SELECT user_id FROM ledger.wallets") == [(person.id,)]


async def test_one_of_many_parallel_registrations_of_an_email_wins(desk: PeopleDesk) -> None:
    answers = await asyncio.gather(
        *(sign_up(desk, email=e) for e in ["budi@contoh.id", "BUDI@contoh.id"] * 4),
        return_exceptions=True,
    )
    assert sorted(type(a).__name__ for a in answers) == ["EmailTaken"] * 7 + ["SignedIn"]
    async with desk.db.read() as tx:
        assert await tx.rows("SELECT count(*) FROM ledger.wallets") == [(1,)]


async def test_a_taken_email_is_named_by_its_field(desk: PeopleDesk) -> None:
    await sign_up(desk)
    with pytest.raises(EmailTaken) as refusal:
        await sign_up(desk)
    assert refusal.value.errors == {"email": ["Email sudah terdaftar"]}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", "budi"),
        ("email", "budi@contoh"),
        ("email", "budi@@contoh.id"),
        ("email", "budi santoso@contoh.id"),
        ("email", "budi..s@contoh.id"),
        ("email", "budi@-contoh.id"),
        ("email", "b\u0443di@contoh.id"),
        ("email", "budi\0@contoh.id"),
        ("email", "budi@contoh.id\nbcc: x@y.id"),
        ("email", "b" * 65 + "@contoh.id"),
        ("email", "b@" + "contoh." * 40 + "id"),
        ("name", "   "),
        ("name", "B" * 101),
        ("name", "Budi\0"),
        ("name", "Budi\nAdmin"),
        ("name", "Budi \ud83d"),
        ("password", "tujuh77"),
        ("password", "p" * 201),
        ("password", "panjang\0sekali"),
        ("password", "panjang\ud83dsekali"),
    ],
)
def test_an_unfit_field_is_named(field: str, text: str) -> None:
    rules = {"email": email_of, "name": name_of, "password": password_of}
    with pytest.raises(Invalid) as refusal:
        checked(**{field: (rules[field], text)})
    assert list(refusal.value.errors) == [field]


async def test_all_unfit_fields_are_named_at_once_and_nobody_is_stored(desk: PeopleDesk) -> None:
    with pytest.raises(Invalid) as refusal:
        await sign_up(desk, email="x", name="", password="")
    assert set(refusal.value.errors) == {"email", "name", "password"}
    async with desk.db.read() as tx:
        assert await tx.rows("SELECT count(*) FROM people.users") == [(0,)]


async def test_a_password_may_hold_any_script(desk: PeopleDesk) -> None:
    signed = await sign_up(desk, password="ꦥꦱꦮꦺꦴꦂ 🔑 panjang", name="Nyoman Ayu Ñ")
    assert signed.person.name == "Nyoman Ayu Ñ"


async def test_one_address_registers_only_so_often(db: Database, clock: ManualClock) -> None:
    desk = people_desk(db, clock, AttemptLimits(registrations_per_remote=2))
    await sign_up(desk, email="a@contoh.id")
    await sign_up(desk, email="b@contoh.id")
    with pytest.raises(TooManyAttempts):
        await sign_up(desk, email="c@contoh.id")
    clock.advance(15 * 60)
    await sign_up(desk, email="c@contoh.id")


async def test_an_operator_creates_users_of_any_role(desk: PeopleDesk) -> None:
    for role in Role:
        person = await create_user(
            desk, name="Orang", email=f"{role}@contoh.id", password=PASSWORD, role=role
        )
        assert person.role is role
