"""Staff, looked at again in the very transaction that acts: a remembered session may be late."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.people.actor import Actor
from konter.people.permits import Forbidden, Role

LOCK_STAFF = """
SELECT role FROM people.users WHERE id = %(id)s AND disabled_at IS NULL FOR NO KEY UPDATE
"""


async def lock_admin(tx: Tx, who: Actor) -> int:
    """This admin's id. Their acts take turns until the transaction ends, and a change of their role
    waits for it. Raises Forbidden for whoever is no admin by now, or is at the terminal."""
    return await lock_staff(tx, who, Role.ADMIN)


async def lock_staff(tx: Tx, who: Actor, *roles: Role) -> int:
    """The same for any of these roles."""
    row = None if who.id is None else await tx.row(LOCK_STAFF, {"id": who.id})
    if row is None or who.id is None or row[0] not in roles:
        raise Forbidden
    return who.id
