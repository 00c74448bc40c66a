"""Which member a reseller is, for the pages about their machines."""

from __future__ import annotations

from konter.kernel.errors import NotFound, Unavailable
from konter.people.members import Member, members_of
from konter.web.h2h.desk import H2hDoor
from konter.web.request import SiteRequest


async def member_of_person(request: SiteRequest) -> Member | None:
    """None: the shop has not made them one yet."""
    people = request.desks.people
    async with request.desks.db.read() as tx:
        return (await members_of(tx, people, [request.user.id])).get(request.user.id)


async def own_member(request: SiteRequest) -> Member:
    """Raises NotFound."""
    member = await member_of_person(request)
    if member is None:
        raise NotFound
    return member


def door(request: SiteRequest) -> H2hDoor:
    """Raises Unavailable on a site that serves no machines."""
    if request.desks.h2h is None:
        raise Unavailable
    return request.desks.h2h
