from __future__ import annotations

import asyncio
import hashlib
import time

import pytest
import structlog

from konter.db.pool import Database
from konter.people.attempts import TooManyAttempts
from konter.people.desk import AttemptLimits, PeopleDesk
from konter.people.login import AccountDisabled, WrongCredentials, login, logout
from konter.people.passwords import Hasher, TooManyWaiting
from konter.people.roster import disable_user, set_password
from konter.people.sessions import Sessions
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk, somebody, wide_open

SITI = "siti@contoh.id"
HERE = "203.0.113.7"


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


async def attempt(desk: PeopleDesk, email: str, password: str, remote: str = HERE) -> str:
    """One attempt in a word."""
    try:
        await login(desk, email=email, password=password, remote=remote)
    except (WrongCredentials, TooManyAttempts) as refusal:
        return refusal.code
    return "in"


async def test_the_right_password_gives_a_token_that_stands_for_its_person(
    desk: PeopleDesk,
) -> None:
    siti = await somebody(desk)
    signed = await login(desk, email=" SITI@Contoh.id ", password=PASSWORD, remote=HERE)
    assert signed.person == siti
    assert await Sessions(desk).who(signed.token) == siti


async def test_a_token_is_stored_only_as_its_digest(desk: PeopleDesk) -> None:
    await somebody(desk)
    signed = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    async with desk.db.read() as tx:
        rows = await tx.dicts("SELECT * FROM people.tokens")
    assert [row["digest"] for row in rows] == [hashlib.sha256(signed.token.encode()).digest()]
    assert signed.token not in str(rows)
    assert signed.token not in repr(signed)


async def test_an_unknown_email_and_a_wrong_password_answer_alike(desk: PeopleDesk) -> None:
    await somebody(desk)
    answers = []
    for email in (SITI, "siapa@contoh.id", "bukan email", "nul\0@contoh.id", "\ud800@contoh.id"):
        with pytest.raises(WrongCredentials) as refusal:
            await login(desk, email=email, password="salah sekali \0\ud800", remote=HERE)
        answers.append((refusal.value.text, refusal.value.facts, refusal.value.status))
    assert answers == [answers[0]] * len(answers)


async def test_an_unknown_email_costs_as_much_work_as_a_known_one(
    db: Database, clock: ManualClock
) -> None:
    slow = Hasher(time_cost=4, memory_kib=32_768, lanes=1)
    stored = await slow.hash(PASSWORD)

    async def seconds(known: str | None) -> float:
        started = time.process_time()  # of work, of all threads: a busy machine changes nothing
        assert not await slow.verify(known, "salah")
        return time.process_time() - started

    known = min([await seconds(stored) for _ in range(3)])
    unknown = min([await seconds(None) for _ in range(3)])
    assert unknown > known / 2


async def test_a_disabled_user_neither_logs_in_nor_uses_an_old_token(desk: PeopleDesk) -> None:
    await somebody(desk)
    signed = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    await disable_user(desk, email=SITI)
    assert await Sessions(desk).who(signed.token) is None
    with pytest.raises(AccountDisabled):
        await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    with pytest.raises(WrongCredentials):
        await login(desk, email=SITI, password="salah", remote=HERE)


async def test_a_new_password_ends_every_token(desk: PeopleDesk) -> None:
    await somebody(desk)
    signed = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    await set_password(desk, email=SITI, password="sandi-baru-sekali")
    assert await Sessions(desk).who(signed.token) is None
    assert await attempt(desk, SITI, PASSWORD) == "wrong_credentials"
    assert await attempt(desk, SITI, "sandi-baru-sekali") == "in"


async def test_no_token_of_an_old_password_survives_a_change_beside_log_ins(
    desk: PeopleDesk,
) -> None:
    await somebody(desk)
    desk = wide_open(desk)

    async def enter() -> str | None:
        try:
            return (await login(desk, email=SITI, password=PASSWORD, remote=HERE)).token
        except WrongCredentials:
            return None

    tokens, _ = await asyncio.gather(
        asyncio.gather(*(enter() for _ in range(12))),
        set_password(desk, email=SITI, password="sandi-baru-sekali"),
    )
    sessions = Sessions(desk)
    assert [await sessions.who(token) for token in tokens if token] == [None] * len(
        [token for token in tokens if token]
    )


async def test_a_hash_of_older_parameters_is_renewed_at_the_next_log_in(desk: PeopleDesk) -> None:
    await somebody(desk)
    stronger = PeopleDesk(desk.db, desk.clock, desk.ids, Hasher(time_cost=2, memory_kib=128))
    await login(stronger, email=SITI, password=PASSWORD, remote=HERE)
    async with desk.db.read() as tx:
        ((stored,),) = await tx.rows("SELECT password_hash FROM people.users")
    assert not stronger.hasher.is_stale(stored)
    assert await attempt(stronger, SITI, PASSWORD) == "in"


async def test_five_wrong_passwords_close_an_email_even_to_the_right_one(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await somebody(desk)
    said = [await attempt(desk, SITI, "salah", f"198.51.100.{n}") for n in range(7)]
    assert said == ["wrong_credentials"] * 5 + ["too_many_attempts"] * 2
    clock.advance(60)
    with pytest.raises(TooManyAttempts) as refusal:
        await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert refusal.value.facts == {"retry_after": 14 * 60}
    clock.advance(14 * 60)
    assert await attempt(desk, SITI, PASSWORD) == "in"


async def test_the_limit_of_an_email_holds_for_parallel_attempts_on_two_desks(
    db: Database, clock: ManualClock, conninfo: str
) -> None:
    other = Database(conninfo)
    await other.open()
    desks = [people_desk(db, clock), people_desk(other, clock)]
    await somebody(desks[0])
    said = await asyncio.gather(
        *(attempt(desks[n % 2], SITI, "salah", f"198.51.100.{n}") for n in range(40))
    )
    await other.close()
    assert said.count("wrong_credentials") == 5
    assert said.count("too_many_attempts") == 35


async def test_the_limit_of_a_remote_holds_whatever_emails_it_tries(desk: PeopleDesk) -> None:
    said = await asyncio.gather(*(attempt(desk, f"orang{n}@contoh.id", "salah") for n in range(40)))
    assert said.count("wrong_credentials") == 30
    assert said.count("too_many_attempts") == 10
    assert await attempt(desk, "lain@contoh.id", "salah", "198.51.100.1") == "wrong_credentials"


async def test_a_whole_ipv6_network_counts_as_one_remote(db: Database, clock: ManualClock) -> None:
    desk = people_desk(db, clock, AttemptLimits(logins_per_remote=3))
    remotes = [f"2001:db8:0:1::{n}" for n in range(1, 6)]
    said = [await attempt(desk, f"o{n}@contoh.id", "x", ip) for n, ip in enumerate(remotes)]
    assert said == ["wrong_credentials"] * 3 + ["too_many_attempts"] * 2
    assert await attempt(desk, "z@contoh.id", "x", "2001:db8:0:2::1") == "wrong_credentials"


async def test_a_success_clears_the_count_of_its_email_and_is_not_counted_for_its_remote(
    desk: PeopleDesk,
) -> None:
    await somebody(desk)
    for _ in range(3):
        said = [await attempt(desk, SITI, "salah") for _ in range(4)]
        assert said == ["wrong_credentials"] * 4
        assert await attempt(desk, SITI, PASSWORD) == "in"
    async with desk.db.read() as tx:
        rows = await tx.rows("SELECT subject, counted FROM people.attempts")
    assert rows == [(f"remote:{HERE}", 12)]


async def test_counts_whose_window_is_over_are_removed(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    for n in range(10):
        await attempt(desk, f"orang{n}@contoh.id", "salah", f"198.51.100.{n}")
    clock.advance(15 * 60)
    await attempt(desk, "lain@contoh.id", "salah")
    async with desk.db.read() as tx:
        rows = await tx.rows("SELECT subject FROM people.attempts ORDER BY subject")
    assert rows == [("email:lain@contoh.id",), (f"remote:{HERE}",)]


async def test_logging_out_ends_this_token_and_no_other(desk: PeopleDesk) -> None:
    await somebody(desk)
    first = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    second = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    await logout(desk, first.token)
    await logout(desk, first.token)
    sessions = Sessions(desk)
    assert await sessions.who(first.token) is None
    assert await sessions.who(second.token) == second.person


async def test_expired_tokens_are_removed_when_their_owner_comes_back(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await somebody(desk)
    await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    clock.advance(31 * 86_400)
    await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    async with desk.db.read() as tx:
        assert await tx.rows("SELECT count(*) FROM people.tokens") == [(1,)]


async def test_more_passwords_than_may_wait_are_told_to_come_back() -> None:
    hasher = Hasher(time_cost=1, memory_kib=64, lanes=1, most_waiting=2)
    answers = await asyncio.gather(
        *(hasher.hash(PASSWORD) for _ in range(6)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [str] * 3 + [TooManyWaiting] * 3
    assert await hasher.verify(await hasher.hash(PASSWORD), PASSWORD)


async def test_checking_a_password_leaves_the_loop_free() -> None:
    hasher = Hasher(time_cost=3, memory_kib=65_536)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    turning = asyncio.create_task(turn())
    await hasher.hash(PASSWORD)
    turning.cancel()
    assert turns > 5


async def test_nothing_secret_is_logged_by_logging_in(desk: PeopleDesk) -> None:
    await somebody(desk)
    with structlog.testing.capture_logs() as logs:
        await attempt(desk, SITI, "salah-sekali")
        signed = await login(desk, email=SITI, password=PASSWORD, remote=HERE)
    assert {entry["event"] for entry in logs} == {"people.login_refused", "people.login"}
    for secret in ("salah-sekali", PASSWORD, signed.token):
        assert secret not in str(logs)
