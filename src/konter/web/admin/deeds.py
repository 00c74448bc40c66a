"""Who of the staff did it: noted in the act's own commit wherever the act has one to share."""

from __future__ import annotations

from datetime import datetime

from konter.db.pool import Also, Tx
from konter.people.audit import Deed, Detail, note
from konter.web.request import SiteRequest


def noting(request: SiteRequest, act: str, subject: str, detail: Detail) -> Also:
    """For an act's ``also``: this person's deed, at this moment."""
    at = now(request)
    deed = Deed(
        actor_id=request.user.id,
        actor=request.user.email,
        act=act,
        subject=subject,
        detail=detail,
        remote=request.remote,
    )

    async def note_it(tx: Tx) -> None:
        await note(tx, deed, at=at)

    return note_it


async def note_after(request: SiteRequest, act: str, subject: str, detail: Detail) -> None:
    """Right after an act that settles with many others in one commit."""
    async with request.desks.db.transaction() as tx:
        await noting(request, act, subject, detail)(tx)


def now(request: SiteRequest) -> datetime:
    """The house's own clock."""
    return request.shop.orders.clock.now()
