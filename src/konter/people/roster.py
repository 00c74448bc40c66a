"""Users as an operator handles them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from konter.db.pool import Tx
from konter.kernel.errors import NotFound
from konter.people.attempts import forget, of_email
from konter.people.desk import PeopleDesk
from konter.people.fields import checked, password_of
from konter.people.permits import Person, Role
from konter.people.tokens import revoke_all

LIST = "SELECT id, email, name, role, disabled_at, created_at FROM people.users ORDER BY id"

FIND = "SELECT id, email, name, role FROM people.users WHERE email = %(email)s"

SET_ROLE = """
UPDATE people.users SET role = %(role)s WHERE email = %(email)s RETURNING id, email, name, role
"""

CHANGE_HASH = """
UPDATE people.users SET password_hash = %(password_hash)s WHERE email = %(email)s
RETURNING id, email, name, role
"""

DISABLE = """
UPDATE people.users SET disabled_at = coalesce(disabled_at, %(at)s) WHERE email = %(email)s
RETURNING id, email, name, role
"""

ENABLE = """
UPDATE people.users SET disabled_at = NULL WHERE email = %(email)s RETURNING id, email, name, role
"""


class NoSuchUser(NotFound):
    """No user has this e-mail."""

    code = "no_such_user"
    message = "Pengguna tidak ditemukan"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the roster."""

    id: int
    email: str
    name: str
    role: str
    disabled_at: datetime | None
    created_at: datetime


async def list_users(desk: PeopleDesk) -> list[Listed]:
    """All users, in the order of their ids."""
    async with desk.db.read() as tx:
        return await tx.records(Listed, LIST)


async def find_user(desk: PeopleDesk, email: str) -> Person:
    """By e-mail, in any case of letters. Raises NoSuchUser."""
    async with desk.db.read() as tx:
        return await find_user_in(tx, email)


async def find_user_in(tx: Tx, email: str) -> Person:
    """The same, in a transaction that goes on. Raises NoSuchUser."""
    return await _one(tx, FIND, email)


async def set_role(desk: PeopleDesk, *, email: str, role: Role) -> Person:
    """Takes effect within the seconds that a token is remembered. Raises NoSuchUser."""
    async with desk.db.transaction() as tx:
        return await _one(tx, SET_ROLE, email, role=role)


async def set_password(desk: PeopleDesk, *, email: str, password: str) -> Person:
    """A new password; all the user's tokens end and their failed log-ins are forgotten.

    Raises NoSuchUser, Invalid.
    """
    checked(password=(password_of, password))
    password_hash = await desk.hasher.hash(password)
    async with desk.db.transaction() as tx:
        person = await _one(tx, CHANGE_HASH, email, password_hash=password_hash)
        await revoke_all(tx, person.id)
        await forget(tx, of_email(person.email))
        return person


async def disable_user(desk: PeopleDesk, *, email: str) -> Person:
    """No log-in any more, and all tokens end. A repeat does nothing. Raises NoSuchUser."""
    async with desk.db.transaction() as tx:
        person = await _one(tx, DISABLE, email, at=desk.clock.now())
        await revoke_all(tx, person.id)
        return person


async def enable_user(desk: PeopleDesk, *, email: str) -> Person:
    """Undo a disabling; the user logs in anew. A repeat does nothing. Raises NoSuchUser."""
    async with desk.db.transaction() as tx:
        return await _one(tx, ENABLE, email)


async def _one(tx: Tx, sql: LiteralString, email: str, **facts: str | datetime) -> Person:
    row = await tx.row(sql, {"email": email.strip().lower(), **facts})
    if row is None:
        raise NoSuchUser(email=email)
    return Person(row[0], row[1], row[2], Role(row[3]))
