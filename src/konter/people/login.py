"""Logging in, in one step or two, and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.attempts import count, forget, of_code, of_email, of_remote, take_back
from konter.people.desk import PeopleDesk
from konter.people.fields import Unfit, email_of
from konter.people.permits import Person, Role
from konter.people.second_codes import WrongCode, lock_second, take_code
from konter.people.tokens import SignedIn, issue, revoke

log = structlog.get_logger()

FIND_ACCOUNT = """
SELECT id, email, name, role, password_hash, disabled_at FROM people.users WHERE email = %(email)s
"""

# Locked: a change of password, a disabling or a second step set up comes wholly before this log-in
# or wholly after it, and then ends the token it gave.
LOCK_ACCOUNT = """
SELECT password_hash, disabled_at FROM people.users WHERE id = %(id)s FOR NO KEY UPDATE
"""

REHASH = "UPDATE people.users SET password_hash = %(password_hash)s WHERE id = %(id)s"

HAS_SECOND = """
SELECT 1 FROM people.two_factor WHERE user_id = %(id)s AND confirmed_at IS NOT NULL
"""


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


class CodeNeeded(Refused):
    """The password is right; this account also wants a code. Said only to who knows the password.
    ``account``: whose, for the second step."""

    code = "code_needed"
    status = 401
    message = "Masukkan kode verifikasi dari aplikasi autentikator Anda"

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account


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


async def login(
    desk: PeopleDesk, *, email: str, password: str, remote: str, code: str | None = None
) -> SignedIn:
    """A new token for the right e-mail and password, and ``code`` where one is asked for; each
    repeat gives one more, but not by the same code.

    Raises WrongCredentials (after the same work whether or not the e-mail is known),
    AccountDisabled, TooManyAttempts, CodeNeeded, WrongCode. ``remote``: the address the call came
    from.
    """
    account = await prove_password(desk, email=email, password=password, remote=remote)
    if await _has_second(desk, account.id):
        if code is None:
            await forgive(desk, account.email, remote)
            raise CodeNeeded(account)
        await count_code(desk, account.id)
    fresh = None
    if desk.hasher.is_stale(account.password_hash):
        fresh = await desk.hasher.hash(password)
    async with desk.db.transaction() as tx:
        await still_stands(tx, account)
        await _pass_second(tx, desk, account, code)
        if fresh:
            await tx.run(REHASH, {"id": account.id, "password_hash": fresh})
        signed = await enter(tx, desk, account.person, remote=remote)
    log.info("people.login", user=account.id, remote=remote)
    return signed


async def logout(desk: PeopleDesk, token: str) -> None:
    """End this token. A repeat does nothing."""
    async with desk.db.transaction() as tx:
        await revoke(tx, token)


async def prove_password(desk: PeopleDesk, *, email: str, password: str, remote: str) -> Account:
    """The account whose password this is, counted as an attempt that only ``forgive`` or ``enter``
    takes back. Raises WrongCredentials, AccountDisabled, TooManyAttempts."""
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


async def forgive(desk: PeopleDesk, email: str, remote: str) -> None:
    """This attempt was a good one; those before it still count."""
    async with desk.db.transaction() as tx:
        await take_back(tx, of_remote(remote))
        await take_back(tx, of_email(email))


async def count_code(desk: PeopleDesk, user_id: int) -> None:
    """One more try at a code, counted before it is looked at. Raises TooManyAttempts."""
    async with desk.db.transaction() as tx:
        refusal = await count(
            tx,
            of_code(user_id),
            most=desk.limits.logins_per_email,
            window=desk.limits.window,
            at=desk.clock.now(),
        )
    if refusal:
        log.info("people.codes_refused", user=user_id)
        raise refusal


async def enter(tx: Tx, desk: PeopleDesk, person: Person, *, remote: str) -> SignedIn:
    """A token, at the end of whatever was asked; what failed before is forgotten."""
    await take_back(tx, of_remote(remote))
    await forget(tx, of_email(person.email))
    await forget(tx, of_code(person.id))
    return await issue(tx, person, at=desk.clock.now(), ttl=desk.token_ttl)


async def still_stands(tx: Tx, account: Account) -> None:
    """Lock the user; what was proved of the account is still so. Raises WrongCredentials."""
    row = await tx.row(LOCK_ACCOUNT, {"id": account.id})
    if row is None or row[1] is not None or row[0] != account.password_hash:
        raise WrongCredentials


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


async def _has_second(desk: PeopleDesk, user_id: int) -> bool:
    async with desk.db.read() as tx:
        return await tx.row(HAS_SECOND, {"id": user_id}) is not None


async def _pass_second(tx: Tx, desk: PeopleDesk, account: Account, code: str | None) -> None:
    """Behind ``still_stands``: whether a code is asked for cannot change any more."""
    if await tx.row(HAS_SECOND, {"id": account.id}) is None:
        return
    second = await lock_second(tx, desk.vault, account.id)
    if code is None or second is None:
        raise CodeNeeded(account)
    try:
        await take_code(tx, second, account.id, code, at=desk.clock.now())
    except WrongCode:
        log.info("people.code_refused", user=account.id)
        raise
