"""Who pays by our pages: under their member's limits, if they are a member too."""

from __future__ import annotations

from dataclasses import dataclass

from konter.people.desk import PeopleDesk
from konter.people.members import Limits, members_of
from konter.people.permits import Person


@dataclass(frozen=True, slots=True)
class PagePayer:
    """``limits``: a member's own, whichever door they come by; nobody else has any a day."""

    user_id: int
    limits: Limits


async def payer_of(desk: PeopleDesk, person: Person) -> PagePayer:
    """Whoever has signed in, as one that pays bills."""
    async with desk.db.read() as tx:
        member = (await members_of(tx, desk, [person.id])).get(person.id)
    if member is not None:
        return PagePayer(person.id, member.limits)
    return PagePayer(person.id, Limits(desk.members.requests_per_minute, None, None, None))
