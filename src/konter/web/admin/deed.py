"""Who at a page did what, for the audit."""

from __future__ import annotations

from datetime import date, datetime

from konter.catalogue.desk import CatalogueDesk
from konter.kernel.clock import business_date
from konter.kernel.errors import Unavailable
from konter.people.audit import Deed, note
from konter.web.admin.acting import actor
from konter.web.request import SiteRequest


def deed(request: SiteRequest, act: str, subject: str, **detail: str | int | bool | None) -> Deed:
    """Of whoever has signed in, to be noted in the act's own commit. ``detail``: what was said, no
    secret."""
    return actor(request).deed(act, subject, **detail)


async def note_after(request: SiteRequest, done: Deed) -> None:
    """Right after an act that settles with many others in one commit."""
    async with request.desks.db.transaction() as tx:
        await note(tx, done, at=now(request))


def now(request: SiteRequest) -> datetime:
    """The house's own clock."""
    return request.shop.orders.clock.now()


def today(request: SiteRequest) -> date:
    """By the same clock, the day in WIB."""
    return business_date(now(request))


def catalogue_of(request: SiteRequest) -> CatalogueDesk:
    """Raises Unavailable on a site that sells nothing."""
    desk = request.desks.catalogue
    if desk is None:
        raise Unavailable
    return desk
