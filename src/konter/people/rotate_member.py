"""A member's secrets are replaced: they leaked, were lost, or are old."""

from __future__ import annotations

from collections.abc import Collection

from konter.people.actor import Actor
from konter.people.desk import PeopleDesk
from konter.people.member_secrets import FreshSecrets, draw
from konter.people.members import NoSuchMember, Part

LOCK_MEMBER = """
SELECT user_id FROM people.members WHERE member_id = %(member_id)s FOR NO KEY UPDATE
"""

REPLACE = """
UPDATE people.members SET
    secret = coalesce(%(secret)s::bytea, secret),
    pin = coalesce(%(pin)s::bytea, pin),
    password = coalesce(%(password)s::bytea, password)
WHERE user_id = %(user_id)s
"""


async def rotate(
    desk: PeopleDesk,
    member_id: str,
    *,
    parts: Collection[Part] = tuple(Part),
    by: Actor | None = None,
) -> FreshSecrets:
    """New ones in the place of these; the old ones end within the seconds that a member is
    remembered. Needs no old one, so it also helps after KONTER_SECRET was lost. A repeat draws
    anew. Raises NoSuchMember.
    """
    fresh = draw(parts)
    async with desk.db.transaction() as tx:
        row = await tx.row(LOCK_MEMBER, {"member_id": member_id})
        if row is None:
            raise NoSuchMember(member=member_id)
        await tx.run(REPLACE, {"user_id": row[0], **fresh.sealed(desk.vault, row[0])})
        if by is not None:
            await by.did(
                tx,
                "member.rotate",
                f"member:{member_id}",
                parts=", ".join(sorted(parts)),
                at=desk.clock.now(),
            )
    return fresh
