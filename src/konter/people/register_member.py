"""A reseller becomes a member: its machines may order."""

from __future__ import annotations

from dataclasses import dataclass

from konter.db.pool import Tx
from konter.kernel.errors import Invalid, Refused
from konter.people.actor import Actor
from konter.people.desk import PeopleDesk
from konter.people.fields import checked
from konter.people.member_secrets import FreshSecrets, draw
from konter.people.members import Part, member_id_of
from konter.people.permits import Person, Role
from konter.people.roster import find_user_in

INSERT_MEMBER = """
INSERT INTO people.members (user_id, member_id, secret, pin, password, created_at)
VALUES (%(user_id)s, %(member_id)s, %(secret)s, %(pin)s, %(password)s, %(at)s)
ON CONFLICT DO NOTHING
"""

FIND_MEMBER = "SELECT member_id FROM people.members WHERE user_id = %(user_id)s"


class NotAReseller(Refused):
    """Members buy at resellers' prices, so they are resellers first."""

    code = "not_a_reseller"
    message = "Pengguna bukan reseller"


class AlreadyMember(Refused):
    """The user has a member id, which is theirs for good; ``member`` says which."""

    code = "already_member"
    status = 409
    message = "Pengguna sudah menjadi member"


class MemberIdTaken(Invalid):
    """Somebody else has this member id."""

    def __init__(self) -> None:
        super().__init__({"member_id": ["ID member sudah dipakai"]})


@dataclass(frozen=True, slots=True)
class Registered:
    """A new member, with what is shown now and never again."""

    person: Person
    member_id: str
    secrets: FreshSecrets


async def register_member(
    desk: PeopleDesk, *, email: str, member_id: str, by: Actor | None = None
) -> Registered:
    """A member of this id, in any case of letters, with fresh secrets and no limits of its own.

    Raises NoSuchUser, NotAReseller, Invalid, MemberIdTaken, AlreadyMember (as a repeat does: if
    the secrets were not seen, rotate them).
    """
    name = checked(member_id=(member_id_of, member_id))["member_id"]
    fresh = draw(tuple(Part))
    async with desk.db.transaction() as tx:
        person = await find_user_in(tx, email)
        if person.role is not Role.RESELLER:
            raise NotAReseller(role=person.role.value)
        facts = {"user_id": person.id, "member_id": name, "at": desk.clock.now()}
        if not await tx.run(INSERT_MEMBER, {**facts, **fresh.sealed(desk.vault, person.id)}):
            raise await _why_not(tx, person.id)
        if by is not None:
            await by.did(
                tx, "member.register", f"member:{name}", user=person.id, at=desk.clock.now()
            )
    return Registered(person, name, fresh)


async def _why_not(tx: Tx, user_id: int) -> Refused:
    row = await tx.row(FIND_MEMBER, {"user_id": user_id})
    return MemberIdTaken() if row is None else AlreadyMember(member=row[0])
