from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest

from konter.db.pool import Database
from konter.kernel.errors import Invalid
from konter.people.desk import PeopleDesk
from konter.people.keys import (
    KeyNameTaken,
    NoSuchKey,
    is_key_shaped,
    issue_key,
    keys_of,
    revoke_key,
)
from konter.people.member_cache import MemberCache
from konter.people.members import NoSuchMember
from tests.conftest import ManualClock
from tests.people.builders import people_desk, some_member


@pytest.fixture
def desk(db: Database, clock: ManualClock) -> PeopleDesk:
    return people_desk(db, clock)


async def test_a_key_stands_for_its_member_and_is_stored_only_as_its_digest(
    desk: PeopleDesk,
) -> None:
    await some_member(desk)
    issued = await issue_key(desk, "TOKO1", " kasir ")
    assert issued.key.startswith("kk_")
    assert len(issued.key) == 46
    assert (await MemberCache(desk).holding(issued.key)).member_id == "TOKO1"
    async with desk.db.read() as tx:
        rows = await tx.dicts("SELECT * FROM people.api_keys")
    assert [row["digest"] for row in rows] == [hashlib.sha256(issued.key.encode()).digest()]
    assert issued.key not in f"{rows} {issued!r}"


async def test_a_name_is_free_again_once_its_key_is_revoked(desk: PeopleDesk) -> None:
    await some_member(desk)
    first = await issue_key(desk, "TOKO1", "kasir")
    with pytest.raises(KeyNameTaken):
        await issue_key(desk, "TOKO1", "kasir")
    await revoke_key(desk, "TOKO1", "kasir")
    await revoke_key(desk, "TOKO1", "kasir")
    second = await issue_key(desk, "TOKO1", "kasir")
    cache = MemberCache(desk)
    assert not (await cache.holding(first.key)).is_active
    assert (await cache.holding(second.key)).is_active
    assert [key.revoked_at is None for key in await keys_of(desk, "TOKO1")] == [False, True]


async def test_a_key_of_a_name_or_a_member_that_is_not_there_is_refused(desk: PeopleDesk) -> None:
    await some_member(desk)
    with pytest.raises(NoSuchKey):
        await revoke_key(desk, "TOKO1", "kasir")
    with pytest.raises(Invalid):
        await issue_key(desk, "TOKO1", " ")
    with pytest.raises(NoSuchMember):
        await issue_key(desk, "TOKO9", "kasir")
    with pytest.raises(NoSuchMember):
        await keys_of(desk, "TOKO9")


async def test_the_last_use_of_a_key_is_known_to_the_minute(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await some_member(desk)
    key = (await issue_key(desk, "TOKO1", "kasir")).key
    cache, first = MemberCache(desk, seconds=0), clock.now()
    seen = []
    for seconds in (0, 59, 1):
        clock.advance(seconds)
        await cache.holding(key)
        (listed,) = await keys_of(desk, "TOKO1")
        seen.append(listed.last_used_at)
    assert seen == [first, first, first + timedelta(seconds=60)]


async def test_a_text_that_is_no_key_of_ours_is_nobody(desk: PeopleDesk) -> None:
    cache = MemberCache(desk)
    for text in ("", "kk_", "x" * 46, "kk_" + "é" * 43, "kk_" + "\0" * 43, "kk_" + "x" * 43):
        member = await cache.holding(text)
        assert not member.is_active
        assert member.user_id == 0
    assert not is_key_shaped("kk_" + "\ud800" * 43)


async def test_a_member_is_remembered_for_some_seconds_and_no_longer(
    desk: PeopleDesk, clock: ManualClock
) -> None:
    await some_member(desk)
    key = (await issue_key(desk, "TOKO1", "kasir")).key
    cache = MemberCache(desk, seconds=5)
    assert (await cache.holding(key)).is_active
    assert not (await cache.named("TOKO2")).is_active
    await revoke_key(desk, "TOKO1", "kasir")
    await some_member(desk, "TOKO2", "ani@contoh.id")
    clock.advance(4.9)
    assert (await cache.holding(key)).is_active
    assert not (await cache.named("TOKO2")).is_active, "an unknown name is remembered alike"
    clock.advance(0.1)
    assert not (await cache.holding(key)).is_active
    assert (await cache.named("TOKO2")).is_active


async def test_names_and_keys_asked_for_at_once_are_each_answered_their_own(
    desk: PeopleDesk,
) -> None:
    await some_member(desk)
    await some_member(desk, "TOKO2", "ani@contoh.id")
    key = (await issue_key(desk, "TOKO2", "kasir")).key
    cache = MemberCache(desk, most=2)
    found = await asyncio.gather(
        *(cache.named(name) for name in ("TOKO2", "TOKO1", "TOKO9", None, "TOKO1")),
        cache.holding(key),
    )
    assert [m.member_id for m in found] == ["TOKO2", "TOKO1", "", "", "TOKO1", "TOKO2"]
