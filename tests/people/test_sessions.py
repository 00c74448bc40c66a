from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from konter.db.pool import Database
from konter.people.desk import PeopleDesk
from konter.people.login import login, logout
from konter.people.permits import Role
from konter.people.roster import set_role
from konter.people.sessions import Sessions
from konter.people.tokens import SignedIn
from tests.conftest import ManualClock
from tests.people.builders import PASSWORD, people_desk, somebody


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


async def enter(desk: PeopleDesk, email: str = "siti@contoh.id") -> SignedIn:
    return await login(desk, email=email, password=PASSWORD, remote="203.0.113.7")


async def test_a_token_dies_at_its_expiry_even_while_remembered(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await somebody(desk)
    desk = replace(desk, token_ttl=timedelta(seconds=60))
    signed = await enter(desk)
    sessions = Sessions(desk, seconds=50)
    clock.advance(59)
    assert await sessions.who(signed.token) == signed.person
    clock.advance(1)
    assert await sessions.who(signed.token) is None


async def test_a_remembered_token_dies_within_the_seconds_after_its_revocation(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await somebody(desk)
    signed = await enter(desk)
    here = Sessions(desk, seconds=5)
    assert await here.who(signed.token) == signed.person
    await logout(desk, signed.token)  # as another process would
    assert here.recall(signed.token) == signed.person
    clock.advance(5)
    assert here.recall(signed.token) is None
    assert await here.who(signed.token) is None


async def test_a_forgotten_token_is_asked_about_at_once(desk: PeopleDesk) -> None:
    await somebody(desk)
    signed = await enter(desk)
    sessions = Sessions(desk)
    await sessions.who(signed.token)
    await logout(desk, signed.token)
    sessions.forget(signed.token)
    assert await sessions.who(signed.token) is None


async def test_a_token_forgotten_while_we_asked_is_not_remembered(desk: PeopleDesk) -> None:
    await somebody(desk)
    signed = await enter(desk)
    sessions = Sessions(desk)
    asking = asyncio.create_task(sessions.who(signed.token))
    await asyncio.sleep(0)
    sessions.forget(signed.token)
    await asking
    assert sessions.recall(signed.token) is None


async def test_a_changed_role_is_seen_after_the_seconds(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    siti = await somebody(desk)
    signed = await enter(desk)
    sessions = Sessions(desk, seconds=5)
    await sessions.who(signed.token)
    await set_role(desk, email=siti.email, role=Role.RESELLER)
    clock.advance(5)
    assert await sessions.who(signed.token) == replace(siti, role=Role.RESELLER)


async def test_no_more_tokens_are_remembered_than_allowed(desk: PeopleDesk) -> None:
    await somebody(desk)
    tokens = [(await enter(desk)).token for _ in range(5)]
    sessions = Sessions(desk, most=3)
    for token in tokens:
        assert await sessions.who(token)
    assert [sessions.recall(token) is not None for token in tokens] == [False, False] + [True] * 3


async def test_tokens_asked_at_once_are_each_answered_their_own(desk: PeopleDesk) -> None:
    people = [await somebody(desk, f"orang{n}@contoh.id") for n in range(4)]
    signed = [await enter(desk, person.email) for person in people]
    tokens = [s.token for s in signed] * 10 + ["x" * 43] * 10
    answers = await asyncio.gather(*(Sessions(desk).who(token) for token in tokens))
    assert answers == people * 10 + [None] * 10


async def test_a_text_that_is_no_token_of_ours_is_nobody(desk: PeopleDesk) -> None:
    sessions = Sessions(desk)
    for token in ("", "x", "x" * 44, "é" * 43, "\0" * 43, "\ud800" * 43):
        assert await sessions.who(token) is None
