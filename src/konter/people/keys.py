"""A member's API keys: 256 random bits, shown once, kept only as a SHA-256 digest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from konter.db.pool import Tx
from konter.kernel.errors import Invalid, NotFound
from konter.people.desk import PeopleDesk
from konter.people.fields import checked, name_of
from konter.people.members import member_by_id
from konter.people.tokens import TOKEN_LENGTH, digest_of

PREFIX: Final = "kk_"
"""So that a person, or a scanner of public code, knows one when it sees one."""

USED_TO_WITHIN: Final = timedelta(minutes=1)

ADD_KEY = """
INSERT INTO people.api_keys (digest, user_id, name, created_at)
VALUES (%(digest)s, %(user_id)s, %(name)s, %(at)s)
ON CONFLICT (user_id, name) WHERE revoked_at IS NULL DO NOTHING
"""

REVOKE_KEY = """
UPDATE people.api_keys SET revoked_at = coalesce(revoked_at, %(at)s)
WHERE user_id = %(user_id)s AND name = %(name)s
"""

KEYS = """
SELECT name, created_at, last_used_at, revoked_at FROM people.api_keys
WHERE user_id = %(user_id)s ORDER BY created_at, name
"""

HOLDERS = """
SELECT digest, user_id, last_used_at FROM people.api_keys
WHERE digest = ANY(%(digests)s::bytea[]) AND revoked_at IS NULL
"""

# SKIP LOCKED: somebody else is noting the same at this moment, and waiting helps nobody.
NOTE_USE = """
UPDATE people.api_keys SET last_used_at = %(at)s WHERE digest IN (
    SELECT digest FROM people.api_keys WHERE digest = ANY(%(digests)s::bytea[])
    FOR NO KEY UPDATE SKIP LOCKED)
"""


class KeyNameTaken(Invalid):
    """A live key of this member has that name."""

    def __init__(self) -> None:
        super().__init__({"name": ["Nama kunci sudah dipakai"]})


class NoSuchKey(NotFound):
    """The member never had a key of this name."""

    code = "no_such_key"
    message = "Kunci API tidak ditemukan"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A fresh key, which is shown to whoever asked for it now and never again."""

    name: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One key as an operator sees it. ``last_used_at``: to the minute or so."""

    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def issue_key(desk: PeopleDesk, member_id: str, name: str) -> IssuedKey:
    """A new key. Raises NoSuchMember, Invalid, KeyNameTaken (as a repeat does)."""
    name = checked(name=(name_of, name))["name"]
    key = PREFIX + secrets.token_urlsafe(32)
    async with desk.db.transaction() as tx:
        member = await member_by_id(tx, desk, member_id)
        facts = {"user_id": member.user_id, "name": name, "at": desk.clock.now()}
        if not await tx.run(ADD_KEY, {**facts, "digest": digest_of(key)}):
            raise KeyNameTaken
    return IssuedKey(name, key)


async def revoke_key(desk: PeopleDesk, member_id: str, name: str) -> None:
    """End a key, everywhere within the seconds that one is remembered. A repeat does nothing.

    Raises NoSuchMember, NoSuchKey.
    """
    async with desk.db.transaction() as tx:
        member = await member_by_id(tx, desk, member_id)
        facts = {"user_id": member.user_id, "name": name.strip(), "at": desk.clock.now()}
        if not await tx.run(REVOKE_KEY, facts):
            raise NoSuchKey(key=name)


async def keys_of(desk: PeopleDesk, member_id: str) -> list[ListedKey]:
    """All keys, revoked ones too, oldest first. Raises NoSuchMember."""
    async with desk.db.read() as tx:
        member = await member_by_id(tx, desk, member_id)
        return await tx.records(ListedKey, KEYS, {"user_id": member.user_id})


async def holders(tx: Tx, digests: Sequence[bytes], *, at: datetime) -> dict[bytes, int]:
    """The user id behind each live key, and a note that it was used."""
    rows = await tx.rows(HOLDERS, {"digests": list(digests)})
    stale = [
        bytes(digest)
        for digest, _, used_at in rows
        if used_at is None or used_at <= at - USED_TO_WITHIN
    ]
    if stale:
        await tx.run(NOTE_USE, {"digests": stale, "at": at})
    return {bytes(digest): user_id for digest, user_id, _ in rows}


def is_key_shaped(key: str) -> bool:
    """Whether it could be one of ours at all; costs no query to say no."""
    return key.startswith(PREFIX) and len(key) == len(PREFIX) + TOKEN_LENGTH and key.isascii()
