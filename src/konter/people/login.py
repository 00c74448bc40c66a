"""Logging in and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.attempts import count, forget, of_email, of_remote, take_back
from konter.people.desk import PeopleDesk
from konter.people.fields import Unfit, email_of
from konter.people.permits import Person, Role
from konter.people.tokens import SignedIn, issue, revoke

log = structlog.get_logger()

FIND_ACCOUNT = """
SELECT id, email, name, role, password_hash, disabled_at FROM people.users WHERE email = %(email)s
"""

# Locked: a change of password or a disabling comes wholly before this log-in or wholly after it,
# and then ends the token it gave.
LOCK_ACCOUNT = """
SELECT password_hash, disabled_at FROM people.users WHERE id = %(id)s FOR NO KEY UPDATE
"""

REHASH = "UPDATE people.users SET password_hash = %(password_hash)s WHERE id = %(id)s"


class WrongCredentials(Refused):
    """E-mail or password; which of the two is nobody's business."""

    code = "wrong_credentials"
    status = 401
    message = "Email atau kata sandi salah"


class AccountDisabled(Refused):
    """The password is right, the account is not in use. Said only to who knows the password."""

    code = "account_disabled"
    status = 403
    message = "Akun dinonaktifkan, silakan hubungi operator"


@dataclass(frozen=True, slots=True)
class Account:
    """A user as their log-in sees them."""

    id: int
    email: str
    name: str
    role: str
    password_hash: str = field(repr=False)
    disabled_at: datetime | None

    @property
    def person(self) -> Person:
        return Person(self.id, self.email, self.name, Role(self.role))


async def login(desk: PeopleDesk, *, email: str, password: str, remote: str) -> SignedIn:
    """A new token for the right e-mail and password; each repeat gives one more.

    Raises WrongCredentials (after the same work whether or not the e-mail is known),
    AccountDisabled, TooManyAttempts. ``remote``: the address the call came from.
    """
    account = await _prove(desk, email, password, remote)
    fresh = None
    if desk.hasher.is_stale(account.password_hash):
        fresh = await desk.hasher.hash(password)
    async with desk.db.transaction() as tx:
        await _still_stands(tx, account)
        if fresh:
            await tx.run(REHASH, {"id": account.id, "password_hash": fresh})
        await take_back(tx, of_remote(remote))
        await forget(tx, of_email(account.email))
        signed = await issue(tx, account.person, at=desk.clock.now(), ttl=desk.token_ttl)
    log.info("people.login", user=account.id, remote=remote)
    return signed


async def logout(desk: PeopleDesk, token: str) -> None:
    """End this token. A repeat does nothing."""
    async with desk.db.transaction() as tx:
        await revoke(tx, token)


async def _prove(desk: PeopleDesk, email: str, password: str, remote: str) -> Account:
    """The account whose password this is; every other way out is an error and a log line."""
    address = _address(email)
    await _admit(desk, address, remote)
    account = await _find(desk, address)
    stored = account.password_hash if account else None
    if not await desk.hasher.verify(stored, password) or account is None:
        log.info("people.login_refused", user=account.id if account else None, remote=remote)
        raise WrongCredentials
    if account.disabled_at is not None:
        log.info("people.login_refused", user=account.id, remote=remote, disabled=True)
        raise AccountDisabled
    return account


def _address(email: str) -> str | None:
    try:
        return email_of(email)
    except Unfit:
        return None  # nobody's: it goes the same road as an unknown one


async def _admit(desk: PeopleDesk, address: str | None, remote: str) -> None:
    """Count before checking. An address that is over its own limit spends nobody else's."""
    at, limits = desk.clock.now(), desk.limits
    async with desk.db.transaction() as tx:
        refusal = await count(
            tx, of_remote(remote), most=limits.logins_per_remote, window=limits.window, at=at
        )
        if refusal is None and address is not None:
            refusal = await count(
                tx, of_email(address), most=limits.logins_per_email, window=limits.window, at=at
            )
    if refusal:
        raise refusal


async def _find(desk: PeopleDesk, address: str | None) -> Account | None:
    async with desk.db.read() as tx:
        found = await tx.records(Account, FIND_ACCOUNT, {"email": address or ""})
    return found[0] if found else None


async def _still_stands(tx: Tx, account: Account) -> None:
    row = await tx.row(LOCK_ACCOUNT, {"id": account.id})
    if row is None or row[1] is not None or row[0] != account.password_hash:
        raise WrongCredentials
