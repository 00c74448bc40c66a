"""Logging in by two pages: the password on the first, the code on the second.

Between them stands a row of ten minutes that opens nothing: no session, no token.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.desk import PeopleDesk
from konter.people.login import (
    Account,
    AccountDisabled,
    CodeNeeded,
    count_code,
    enter,
    login,
    still_stands,
)
from konter.people.second_codes import lock_second, take_code
from konter.people.tokens import SignedIn, digest_of, is_shaped

log = structlog.get_logger()

BEGIN = """
INSERT INTO people.login_steps (digest, user_id, expires_at)
VALUES (%(digest)s, %(user_id)s, %(expires_at)s)
"""

DROP_EXPIRED = """
DELETE FROM people.login_steps WHERE user_id = %(user_id)s AND expires_at <= %(at)s
"""

WHOSE = """
SELECT user_id FROM people.login_steps WHERE digest = %(digest)s AND expires_at > %(at)s
"""

# The account before the step, as everyone who changes both.
LOCK_ACCOUNT = """
SELECT id, email, name, role, password_hash, disabled_at FROM people.users
WHERE id = %(user_id)s FOR NO KEY UPDATE
"""

END = "DELETE FROM people.login_steps WHERE digest = %(digest)s"

LASTS: Final = timedelta(minutes=10)


class StepOver(Refused):
    """It took too long, was used, or never was: the password is asked for again."""

    code = "login_step_over"
    status = 401
    message = "Waktu untuk memasukkan kode sudah habis, silakan masuk lagi"


@dataclass(frozen=True, slots=True)
class Halfway:
    """The password was right. ``token``: for ``finish``, and nothing else."""

    token: str = field(repr=False)


async def begin(desk: PeopleDesk, *, email: str, password: str, remote: str) -> SignedIn | Halfway:
    """Signed in where no code is asked for. Raises as ``login`` does, but for the codes."""
    try:
        return await login(desk, email=email, password=password, remote=remote)
    except CodeNeeded as needed:
        account = needed.account
    token, at = secrets.token_urlsafe(32), desk.clock.now()
    facts = {"user_id": account.id, "digest": digest_of(token), "at": at, "expires_at": at + LASTS}
    async with desk.db.transaction() as tx:
        await still_stands(tx, account)
        await tx.run(DROP_EXPIRED, facts)
        await tx.run(BEGIN, facts)
    return Halfway(token)


async def finish(desk: PeopleDesk, token: str, *, code: str, remote: str) -> SignedIn:
    """Signed in by the code of whoever began. A wrong one may be followed by another, as far as
    they go. Raises StepOver, WrongCode, TooManyAttempts, AccountDisabled."""
    digest, at = digest_of(token), desk.clock.now()
    async with desk.db.read() as tx:
        user_id = await _whose(tx, token, digest, at)
    await count_code(desk, user_id)
    async with desk.db.transaction() as tx:
        account = await _lock(tx, user_id)
        if await _whose(tx, token, digest, at) != user_id:
            raise StepOver
        second = await lock_second(tx, desk.vault, user_id)
        if second is not None and second.is_on:
            await take_code(tx, second, user_id, code, at=at)
        await tx.run(END, {"digest": digest})
        signed = await enter(tx, desk, account.person, remote=remote)
    log.info("people.login", user=user_id, remote=remote, second=True)
    return signed


async def _whose(tx: Tx, token: str, digest: bytes, at: datetime) -> int:
    row = await tx.row(WHOSE, {"digest": digest, "at": at}) if is_shaped(token) else None
    if row is None:
        raise StepOver
    return int(row[0])


async def _lock(tx: Tx, user_id: int) -> Account:
    (account,) = await tx.records(Account, LOCK_ACCOUNT, {"user_id": user_id})
    if account.disabled_at is not None:
        raise AccountDisabled
    return account
