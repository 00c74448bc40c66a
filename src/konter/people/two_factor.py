"""The second step of a log-in is set up, confirmed and switched off, by its owner or a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pyotp
import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.attempts import forget, of_code
from konter.people.audit import Deed, note
from konter.people.desk import PeopleDesk
from konter.people.login import count_code, still_stands
from konter.people.own_account import proven
from konter.people.permits import STAFF_ROLES, Person
from konter.people.roster import find_user_in
from konter.people.second_codes import (
    about,
    draw_kept,
    kept_digest,
    lock_second,
    take_code,
)
from konter.people.tokens import revoke_others

log = structlog.get_logger()

START = """
INSERT INTO people.two_factor AS f (user_id, secret, created_at)
VALUES (%(user_id)s, %(secret)s, %(at)s)
ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at,
    last_step = 0
WHERE f.confirmed_at IS NULL
"""

CONFIRM = """
UPDATE people.two_factor SET confirmed_at = %(at)s WHERE user_id = %(user_id)s
"""

KEEP_CODES = """
INSERT INTO people.recovery_codes (user_id, digest)
SELECT %(user_id)s, unnest(%(digests)s::bytea[])
"""

DROP_CODES = "DELETE FROM people.recovery_codes WHERE user_id = %(user_id)s"

DROP = "DELETE FROM people.two_factor WHERE user_id = %(user_id)s"

LOCK_USER = "SELECT 1 FROM people.users WHERE id = %(user_id)s FOR NO KEY UPDATE"

FIND = """
SELECT f.secret, f.confirmed_at, (SELECT count(*) FROM people.recovery_codes c
    WHERE c.user_id = f.user_id AND c.used_at IS NULL)
FROM people.two_factor f WHERE f.user_id = %(user_id)s
"""


class TwoFactorOn(Refused):
    """It is on already; to begin anew it is switched off first."""

    code = "two_factor_on"
    status = 409
    message = "Verifikasi dua langkah sudah aktif"


class TwoFactorOff(Refused):
    """There is none to confirm or to switch off."""

    code = "two_factor_off"
    status = 409
    message = "Verifikasi dua langkah belum dimulai"


@dataclass(frozen=True, slots=True)
class TwoFactor:
    """One user's. ``is_on``: asked for. ``secret`` and ``address``: what the app is given, only
    while it is being set up. ``codes_left``: of those kept for when the app is lost."""

    is_on: bool
    since: datetime | None
    codes_left: int
    secret: str = field(default="", repr=False)
    address: str = field(default="", repr=False)


async def two_factor_of(desk: PeopleDesk, person: Person) -> TwoFactor | None:
    """None: never begun. Raises CannotOpen."""
    async with desk.db.read() as tx:
        row = await tx.row(FIND, {"user_id": person.id})
    if row is None:
        return None
    sealed, confirmed_at, codes_left = row
    if confirmed_at is not None:
        return TwoFactor(True, confirmed_at, codes_left)
    secret = desk.vault.open(bytes(sealed), about(person.id))
    address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=desk.shop_name)
    return TwoFactor(False, None, 0, secret, address)


async def start(desk: PeopleDesk, person: Person) -> None:
    """A fresh secret to set up; asked of nobody before it is confirmed. A repeat draws anew.
    Raises TwoFactorOn."""
    facts = {
        "user_id": person.id,
        "secret": desk.vault.seal(pyotp.random_base32(), about(person.id)),
        "at": desk.clock.now(),
    }
    async with desk.db.transaction() as tx:
        if not await tx.run(START, facts):
            raise TwoFactorOn


async def confirm(
    desk: PeopleDesk, person: Person, *, password: str, code: str, token: str, remote: str
) -> list[str]:
    """It is asked for from now on; answers the ten kept codes, shown now and never again. All their
    other log-ins end: they were made without it. ``token``: by which they ask, which stays.

    Raises Invalid naming ``password``, WrongCode, TooManyAttempts, TwoFactorOn, TwoFactorOff.
    """
    account = await proven(desk, person, password=password, remote=remote)
    await count_code(desk, person.id)
    kept, at = draw_kept(), desk.clock.now()
    async with desk.db.transaction() as tx:
        await still_stands(tx, account)
        second = await lock_second(tx, desk.vault, person.id)
        if second is None:
            raise TwoFactorOff
        if second.is_on:
            raise TwoFactorOn
        await take_code(tx, second, person.id, code, at=at)
        await tx.run(CONFIRM, {"user_id": person.id, "at": at})
        digests = [kept_digest(one) for one in kept]
        await tx.run(KEEP_CODES, {"user_id": person.id, "digests": digests})
        await revoke_others(tx, person.id, but=token)
        await _tell(tx, person, "two_factor.on", at=at, remote=remote)
        await forget(tx, of_code(person.id))
    log.info("people.two_factor_on", user=person.id)
    return kept


async def switch_off(
    desk: PeopleDesk, person: Person, *, password: str, code: str, remote: str
) -> None:
    """No code is asked for any more. Raises Invalid naming ``password``, WrongCode,
    TooManyAttempts, TwoFactorOff."""
    account = await proven(desk, person, password=password, remote=remote)
    await count_code(desk, person.id)
    at = desk.clock.now()
    async with desk.db.transaction() as tx:
        await still_stands(tx, account)
        second = await lock_second(tx, desk.vault, person.id)
        if second is None or not second.is_on:
            raise TwoFactorOff
        await take_code(tx, second, person.id, code, at=at)
        await _drop(tx, person.id)
        await _tell(tx, person, "two_factor.off", at=at, remote=remote)
        await forget(tx, of_code(person.id))
    log.info("people.two_factor_off", user=person.id)


async def switch_off_of(desk: PeopleDesk, email: str, *, actor: str) -> Person:
    """For who lost both app and codes, by somebody who knows that it is them; always audited. A
    repeat does nothing but being audited. Raises NoSuchUser."""
    at = desk.clock.now()
    async with desk.db.transaction() as tx:
        person = await find_user_in(tx, email)
        await tx.row(LOCK_USER, {"user_id": person.id})
        was_on = await _drop(tx, person.id)
        await forget(tx, of_code(person.id))
        deed = Deed(
            actor_id=None,
            actor=actor,
            act="two_factor.off",
            subject=f"user:{person.id}",
            detail={"email": person.email, "was_on": was_on},
        )
        await note(tx, deed, at=at)
    log.info("people.two_factor_off", user=person.id, by=actor)
    return person


async def _drop(tx: Tx, user_id: int) -> bool:
    await tx.run(DROP_CODES, {"user_id": user_id})
    return await tx.run(DROP, {"user_id": user_id}) > 0


async def _tell(tx: Tx, person: Person, act: str, *, at: datetime, remote: str) -> None:
    """Of staff it is kept."""
    if person.role in STAFF_ROLES:
        subject = f"user:{person.id}"
        deed = Deed(actor_id=person.id, actor=person.email, act=act, subject=subject, remote=remote)
        await note(tx, deed, at=at)
