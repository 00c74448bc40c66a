"""The second step of a log-in: each code once, few tries, no way round, a way back in."""

from __future__ import annotations

import asyncio

import pyotp
import pytest
import structlog
from typer.testing import CliRunner

from konter.cli.people import app
from konter.db.pool import Database
from konter.kernel.errors import Invalid, Refused
from konter.people.audit import deeds
from konter.people.desk import PeopleDesk
from konter.people.login import login
from konter.people.login_steps import Halfway, begin, finish
from konter.people.own_account import change_password, end_others
from konter.people.permits import Person, Role
from konter.people.roster import set_password
from konter.people.second_codes import step_of
from konter.people.sessions import Sessions
from konter.people.two_factor import (
    confirm,
    start,
    switch_off,
    switch_off_of,
    two_factor_of,
)
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk, somebody, wide_open

SITI = "siti@contoh.id"
HERE = "203.0.113.7"


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


class Phone:
    """Somebody with an authenticator app, and the codes they keep."""

    def __init__(self, desk: PeopleDesk, person: Person, secret: str, kept: list[str]) -> None:
        self.desk, self.person, self.secret, self.kept = desk, person, secret, kept

    def shows(self, *, late_s: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.desk.clock.now().timestamp()) - late_s)


async def enrolled(
    desk: PeopleDesk, clock: ManualClock, role: Role = Role.RETAIL, token: str = ""
) -> Phone:
    person = await somebody(desk, role=role)
    await start(desk, person)
    begun = await two_factor_of(desk, person)
    assert begun is not None
    phone = Phone(desk, person, begun.secret, [])
    phone.kept = await confirm(
        desk, person, password=PASSWORD, code=phone.shows(), token=token, remote=HERE
    )
    clock.advance(30)
    return phone


async def attempt(desk: PeopleDesk, code: str | None) -> str:
    """A log-in by the right password, in a word."""
    try:
        await login(desk, email=SITI, password=PASSWORD, remote=HERE, code=code)
    except Refused as refusal:
        return refusal.code
    return "in"


async def test_the_password_alone_opens_nothing(desk: PeopleDesk, clock: ManualClock) -> None:
    phone = await enrolled(desk, clock)
    assert await attempt(desk, None) == "code_needed"
    assert await attempt(desk, "") == "wrong_code"
    assert await attempt(desk, phone.shows()) == "in"


async def test_who_does_not_know_the_password_is_told_of_no_second_step(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    for code in (None, phone.shows()):
        with pytest.raises(Refused) as refusal:
            await login(desk, email=SITI, password="salah-sekali", remote=HERE, code=code)
        assert refusal.value.code == "wrong_credentials"


async def test_a_code_is_taken_once_by_whatever_door(desk: PeopleDesk, clock: ManualClock) -> None:
    phone = await enrolled(desk, clock)
    code = phone.shows()
    assert await attempt(desk, code) == "in"
    assert await attempt(desk, code) == "wrong_code"
    halfway = await begin(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert isinstance(halfway, Halfway)
    with pytest.raises(Refused, match="Kode verifikasi salah"):
        await finish(desk, halfway.token, code=code, remote=HERE)
    clock.advance(30)
    assert (await finish(desk, halfway.token, code=phone.shows(), remote=HERE)).token


async def test_the_code_that_confirmed_it_is_taken(desk: PeopleDesk, clock: ManualClock) -> None:
    phone = await enrolled(desk, clock)
    assert await attempt(desk, phone.shows(late_s=30)) == "wrong_code"


async def test_of_twelve_at_once_with_one_code_one_gets_in(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    open_desk = wide_open(desk)
    said = await asyncio.gather(*(attempt(open_desk, phone.shows()) for _ in range(12)))
    assert sorted(said) == ["in"] + ["wrong_code"] * 11


async def test_a_clock_that_is_half_a_minute_off_is_no_matter(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    for late_s, said in ((61, "wrong_code"), (-61, "wrong_code"), (-30, "in"), (0, "wrong_code")):
        assert await attempt(desk, phone.shows(late_s=late_s)) == said
    clock.advance(120)
    assert await attempt(desk, phone.shows(late_s=30)) == "in"
    assert await attempt(desk, f" {phone.shows()[:3]} {phone.shows()[3:]} ") == "in"


async def test_a_kept_code_opens_once_and_the_others_still_do(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    assert len(set(phone.kept)) == 10
    assert await attempt(desk, phone.kept[0]) == "in"
    assert await attempt(desk, phone.kept[0]) == "wrong_code"
    assert await attempt(desk, phone.kept[1].upper().replace("-", " ")) == "in"
    now = await two_factor_of(desk, phone.person)
    assert now is not None
    assert (now.is_on, now.codes_left, now.secret) == (True, 8, "")


async def test_five_wrong_codes_close_the_second_step_even_to_the_right_one(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    halfway = await begin(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert isinstance(halfway, Halfway)
    said = []
    for code in ["000000"] * 5 + [phone.shows()]:
        try:
            await finish(desk, halfway.token, code=code, remote=HERE)
        except Refused as refusal:
            said.append(refusal.code)
    assert said == ["wrong_code"] * 5 + ["too_many_attempts"]
    assert await attempt(desk, phone.shows()) == "too_many_attempts"
    clock.advance(15 * 60)
    assert await attempt(desk, phone.shows()) == "in"


async def test_asking_for_the_code_costs_no_attempt(desk: PeopleDesk, clock: ManualClock) -> None:
    phone = await enrolled(desk, clock)
    for _ in range(8):
        assert await attempt(desk, None) == "code_needed"
    assert await attempt(desk, phone.shows()) == "in"


async def test_halfway_is_no_session_ends_in_ten_minutes_and_is_used_once(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    first = await begin(desk, email=SITI, password=PASSWORD, remote=HERE)
    second = await begin(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert isinstance(first, Halfway)
    assert isinstance(second, Halfway)
    assert await Sessions(desk).who(first.token) is None
    await finish(desk, first.token, code=phone.shows(), remote=HERE)
    clock.advance(30)
    for token in (first.token, "", "x" * 43):
        with pytest.raises(Refused, match="sudah habis"):
            await finish(desk, token, code=phone.shows(), remote=HERE)
    clock.advance(600)
    with pytest.raises(Refused, match="sudah habis"):
        await finish(desk, second.token, code=phone.shows(), remote=HERE)


async def test_a_new_password_ends_who_is_halfway_in(desk: PeopleDesk, clock: ManualClock) -> None:
    phone = await enrolled(desk, clock)
    halfway = await begin(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert isinstance(halfway, Halfway)
    await set_password(desk, email=SITI, password="sandi-baru-sekali")
    with pytest.raises(Refused, match="sudah habis"):
        await finish(desk, halfway.token, code=phone.shows(), remote=HERE)


async def test_switching_it_on_ends_every_other_log_in(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await somebody(desk)
    mine = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    other = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    person = mine.person
    await start(desk, person)
    begun = await two_factor_of(desk, person)
    assert begun is not None
    assert "issuer=Konter" in begun.address
    for password, code in (("salah-salah", "now"), (PASSWORD, "000000")):
        with pytest.raises(Refused):
            await confirm(desk, person, password=password, code=code, token=mine.token, remote=HERE)
    assert await attempt(desk, None) == "in", "not asked for before it is confirmed"
    code = pyotp.TOTP(begun.secret).at(int(clock.now().timestamp()))
    await confirm(desk, person, password=PASSWORD, code=code, token=mine.token, remote=HERE)
    sessions = Sessions(desk)
    assert await sessions.who(mine.token) == person
    assert await sessions.who(other.token) is None
    with pytest.raises(Refused, match="sudah aktif"):
        await start(desk, person)


async def test_switching_it_off_needs_password_and_code(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    phone = await enrolled(desk, clock)
    with pytest.raises(Invalid, match="Kata sandi salah"):
        await switch_off(desk, phone.person, password="salah-salah", code="1", remote=HERE)
    with pytest.raises(Refused, match="Kode verifikasi salah"):
        await switch_off(desk, phone.person, password=PASSWORD, code="000000", remote=HERE)
    await switch_off(desk, phone.person, password=PASSWORD, code=phone.kept[3], remote=HERE)
    assert await attempt(desk, None) == "in"
    assert await two_factor_of(desk, phone.person) is None


async def test_the_secret_and_the_kept_codes_are_nowhere_in_the_clear(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    with structlog.testing.capture_logs() as logs:
        phone = await enrolled(desk, clock)
        await attempt(desk, "000000")
    async with desk.db.read() as tx:
        rows = await tx.rows("SELECT * FROM people.two_factor")
        rows += await tx.rows("SELECT * FROM people.recovery_codes")
    for secret in (phone.secret, *phone.kept, *(k.replace("-", "") for k in phone.kept)):
        assert secret not in str(rows)
        assert secret.encode() not in b"".join(bytes(r[1]) for r in rows)
        assert secret not in str(logs)


async def test_staff_without_it_may_do_nothing_else_where_the_shop_wants_it(
    db: Database, clock: ManualClock
) -> None:
    desk = people_desk(db, clock)
    desk = PeopleDesk(db, clock, desk.ids, desk.hasher, vault=desk.vault, staff_two_factor=True)
    for number, role in enumerate(Role):
        email = f"orang{number}@contoh.id"
        await somebody(desk, email, role)
        signed = await login(desk, email=email, password=PASSWORD, remote=HERE)
        person = await Sessions(desk).who(signed.token)
        assert person is not None
        assert person.must_enrol == (role in (Role.OPERATOR, Role.ADMIN))
    phone = await enrolled(desk, clock, Role.ADMIN)
    signed = await login(desk, email=SITI, password=PASSWORD, remote=HERE, code=phone.shows())
    person = await Sessions(desk).who(signed.token)
    assert person is not None
    assert not person.must_enrol


async def test_an_operator_switches_it_off_for_who_lost_it_and_it_is_kept(
    desk: PeopleDesk, clock: ManualClock, conninfo: str
) -> None:
    phone = await enrolled(desk, clock, Role.OPERATOR)
    person = await switch_off_of(desk, " SITI@contoh.id", actor="cli:budi")
    assert person == phone.person
    assert await attempt(desk, None) == "in"
    async with desk.db.read() as tx:
        kept = await deeds(tx, act="two_factor")
    assert [(deed.act, deed.actor) for deed in kept] == [
        ("two_factor.off", "cli:budi"),
        ("two_factor.on", SITI),
    ]
    env = {"DATABASE_URL": conninfo}
    said = await asyncio.to_thread(CliRunner().invoke, app, ["two-factor", "off", SITI], env=env)
    assert said.output.startswith("Two-factor login is off: siti@contoh.id"), said.output


async def test_a_new_password_of_ones_own_keeps_only_this_log_in(desk: PeopleDesk) -> None:
    person = await somebody(desk)
    mine = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert await end_others(desk, person, token=mine.token) == 1
    other = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    with pytest.raises(Invalid):
        await change_password(
            desk, person, old="salah-salah", new="sandi-baru", token=mine.token, remote=HERE
        )
    ended = await change_password(
        desk, person, old=PASSWORD, new="sandi-baru-sekali", token=mine.token, remote=HERE
    )
    sessions = Sessions(desk)
    assert (ended, await sessions.who(mine.token), await sessions.who(other.token)) == (
        1,
        person,
        None,
    )


def test_six_digits_are_compared_and_nothing_else_is(clock: ManualClock) -> None:
    secret = pyotp.random_base32()
    now = clock.now()
    assert step_of(secret, pyotp.TOTP(secret).at(int(now.timestamp())), at=now) is not None
    for text in ("", "１２３４５６", "0", "\ud800", "1" * 1000):
        assert step_of(secret, text, at=now) is None
