"""Staff change what a user may do. Each act looks again at who asks, in its own transaction, and is
kept in the audit log.

An operator handles buyers; staff are handled by admins. Nobody changes themselves, and a shop never
loses its last admin. What an act changes holds within the seconds that a session is remembered.
"""

from __future__ import annotations

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.actor import Actor
from konter.people.attempts import forget, of_email
from konter.people.desk import PeopleDesk
from konter.people.permits import Forbidden, Person, Role
from konter.people.roster import NoSuchUser
from konter.people.staff import lock_staff
from konter.people.tokens import revoke_all

# In id order, so that two who both count admins never wait for each other in a circle.
LOCK_ADMINS = """
SELECT id FROM people.users WHERE role = 'admin' AND disabled_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""

LOCK_USER = """
SELECT id, email, name, role, disabled_at IS NOT NULL FROM people.users
WHERE id = %(id)s FOR NO KEY UPDATE
"""

SET_ROLE_BY_ID = "UPDATE people.users SET role = %(role)s WHERE id = %(id)s"

DISABLE_BY_ID = """
UPDATE people.users SET disabled_at = coalesce(disabled_at, %(at)s) WHERE id = %(id)s
"""

ENABLE_BY_ID = "UPDATE people.users SET disabled_at = NULL WHERE id = %(id)s"

STAFF = (Role.OPERATOR, Role.ADMIN)


class NotOneself(Refused):
    """One's own role and one's own access are somebody else's to change."""

    code = "not_oneself"
    status = 403
    message = "Akun Anda sendiri hanya dapat diubah oleh admin lain"


class LastAdmin(Refused):
    """Without an admin nobody could make another one, but at the terminal."""

    code = "last_admin"
    status = 409
    message = "Ini admin terakhir, angkat admin lain dahulu"


async def change_role(desk: PeopleDesk, user_id: int, role: Role, *, by: Actor) -> Person:
    """An admin gives somebody else another role. The same role again changes nothing.

    Raises Forbidden, NoSuchUser, NotOneself, LastAdmin.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        person = await _handle(tx, user_id, by, Role.ADMIN)
        if person.role is role:
            return person
        await tx.run(SET_ROLE_BY_ID, {"id": user_id, "role": role})
        await by.did(
            tx, "user.role", f"user:{user_id}", was=person.role.value, role=role.value, at=now
        )
    return Person(person.id, person.email, person.name, role)


async def disable(desk: PeopleDesk, user_id: int, *, reason: str, by: Actor) -> Person:
    """No log-in any more, and all sessions end; orders on their way go on. A repeat does nothing.

    Raises Forbidden, NoSuchUser, NotOneself, LastAdmin.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        person = await _handle(tx, user_id, by, *STAFF)
        await tx.run(DISABLE_BY_ID, {"id": user_id, "at": now})
        await revoke_all(tx, user_id)
        await by.did(tx, "user.disable", f"user:{user_id}", reason=reason.strip()[:300], at=now)
    return person


async def enable(desk: PeopleDesk, user_id: int, *, by: Actor) -> Person:
    """They may log in again, and their failed log-ins are forgotten. A repeat does nothing.

    Raises Forbidden, NoSuchUser, NotOneself.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        person = await _handle(tx, user_id, by, *STAFF, may_be_last=True)
        await tx.run(ENABLE_BY_ID, {"id": user_id})
        await forget(tx, of_email(person.email))
        await by.did(tx, "user.enable", f"user:{user_id}", at=now)
    return person


async def end_sessions(desk: PeopleDesk, user_id: int, *, by: Actor) -> Person:
    """They are asked for their password everywhere. Raises Forbidden, NoSuchUser, NotOneself."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        person = await _handle(tx, user_id, by, *STAFF, may_be_last=True)
        await revoke_all(tx, user_id)
        await by.did(tx, "user.sign_out", f"user:{user_id}", at=now)
    return person


async def _handle(
    tx: Tx, user_id: int, by: Actor, *roles: Role, may_be_last: bool = False
) -> Person:
    """Lock whoever asks and whoever it is about, in one order for all: admins first, by id."""
    admins = {row[0] for row in await tx.rows(LOCK_ADMINS)}
    if by.id == user_id:
        raise NotOneself
    if by.id not in admins:
        await lock_staff(tx, by, *roles)
    row = await tx.row(LOCK_USER, {"id": user_id})
    if row is None:
        raise NoSuchUser(user=user_id)
    person = Person(row[0], row[1], row[2], Role(row[3]))
    if person.role in STAFF and by.id not in admins:
        raise Forbidden
    if admins == {user_id} and not may_be_last:
        raise LastAdmin
    return person
