"""Bearer tokens: 256 random bits, shown once, kept only as a SHA-256 digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from konter.db.pool import Tx
from konter.people.permits import Person, Role

TOKEN_LENGTH = 43
"""Characters of 32 bytes in URL-safe base64; anything else was never ours."""

ADD_BEARER = """
INSERT INTO people.tokens (digest, user_id, created_at, expires_at)
VALUES (%(digest)s, %(user_id)s, %(at)s, %(expires_at)s)
"""

DROP_EXPIRED = "DELETE FROM people.tokens WHERE user_id = %(user_id)s AND expires_at <= %(at)s"

REVOKE = "DELETE FROM people.tokens WHERE digest = %(digest)s"

REVOKE_ALL = "DELETE FROM people.tokens WHERE user_id = %(user_id)s"

REVOKE_OTHERS = """
DELETE FROM people.tokens WHERE user_id = %(user_id)s AND digest <> %(digest)s
"""

# Whoever is halfway in has shown a password that may be the old one.
END_STEPS = "DELETE FROM people.login_steps WHERE user_id = %(user_id)s"

LIVE = """
SELECT digest = %(digest)s AS is_this, created_at, expires_at FROM people.tokens
WHERE user_id = %(user_id)s AND expires_at > %(at)s
ORDER BY created_at DESC LIMIT 100
"""

BEARERS = """
SELECT t.digest, t.expires_at, u.id, u.email, u.name, u.role, f.user_id IS NOT NULL
FROM people.tokens t JOIN people.users u ON u.id = t.user_id
LEFT JOIN people.two_factor f ON f.user_id = u.id AND f.confirmed_at IS NOT NULL
WHERE t.digest = ANY(%(digests)s) AND t.expires_at > %(at)s AND u.disabled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a fresh token, which is shown to them now and never again."""

    person: Person
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a live token stands for, and until when."""

    person: Person
    expires_at: datetime
    has_second: bool = False


@dataclass(frozen=True, slots=True)
class LiveSession:
    """One of a person's log-ins; ``is_this``: by which they ask."""

    is_this: bool
    created_at: datetime
    expires_at: datetime


async def issue(tx: Tx, person: Person, *, at: datetime, ttl: timedelta) -> SignedIn:
    """A new token; the same person's expired ones go at this occasion."""
    token = secrets.token_urlsafe(32)
    facts = {"user_id": person.id, "at": at}
    await tx.run(DROP_EXPIRED, facts)
    await tx.run(ADD_BEARER, {**facts, "digest": digest_of(token), "expires_at": at + ttl})
    return SignedIn(person, token, at + ttl)


async def revoke(tx: Tx, token: str) -> None:
    """End one token. A repeat does nothing."""
    await tx.run(REVOKE, {"digest": digest_of(token)})


async def revoke_all(tx: Tx, user_id: int) -> None:
    """End all tokens of one user, and what is halfway to one."""
    await tx.run(REVOKE_ALL, {"user_id": user_id})
    await tx.run(END_STEPS, {"user_id": user_id})


async def revoke_others(tx: Tx, user_id: int, *, but: str) -> int:
    """End all of a user's tokens but this one, and what is halfway to one; answers how many."""
    ended = await tx.run(REVOKE_OTHERS, {"user_id": user_id, "digest": digest_of(but)})
    await tx.run(END_STEPS, {"user_id": user_id})
    return ended


async def live_sessions(tx: Tx, user_id: int, *, token: str, at: datetime) -> list[LiveSession]:
    """The newest first, a hundred at most. ``token``: by which they ask."""
    facts = {"user_id": user_id, "digest": digest_of(token), "at": at}
    return await tx.records(LiveSession, LIVE, facts)


async def bearers(tx: Tx, tokens: Sequence[str], *, at: datetime) -> list[Bearer | None]:
    """Whom each token stands for, in order, by one statement; None for a token that is not live."""
    digests = [digest_of(token) for token in tokens]
    rows = await tx.rows(BEARERS, {"digests": digests, "at": at})
    found = {
        bytes(digest): Bearer(Person(user_id, email, name, Role(role)), expires_at, has_second)
        for digest, expires_at, user_id, email, name, role, has_second in rows
    }
    return [found.get(digest) for digest in digests]


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_shaped(token: str) -> bool:
    """Whether it could be one of ours at all; costs no query to say no."""
    return len(token) == TOKEN_LENGTH and token.isascii()
