"""Who at a page did what, for the audit."""

from __future__ import annotations

from konter.catalogue.desk import CatalogueDesk
from konter.kernel.errors import Unavailable
from konter.people.audit import Deed
from konter.web.request import SiteRequest


def deed(request: SiteRequest, act: str, subject: str, **detail: str | int | bool | None) -> Deed:
    """Of whoever has signed in. ``detail``: what was said, no secret."""
    return Deed(
        actor_id=request.user.id,
        actor=request.user.email,
        act=act,
        subject=subject,
        detail=detail,
        remote=request.remote,
    )


def catalogue_of(request: SiteRequest) -> CatalogueDesk:
    """Raises Unavailable on a site that sells nothing."""
    desk = request.desks.catalogue
    if desk is None:
        raise Unavailable
    return desk
