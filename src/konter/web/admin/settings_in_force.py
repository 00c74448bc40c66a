"""``/admin/settings``: what this installation was told, and where; never a secret."""

from __future__ import annotations

from litestar import get

from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest


@get("/admin/settings", include_in_schema=False, opt=ADMIN)
async def get_settings(request: SiteRequest) -> Page:
    """As read when this process started."""
    lines = request.desks.settings
    facts = {
        "told": [line for line in lines if line.is_told],
        "defaults": [line for line in lines if not line.is_told],
    }
    return page(request, "admin/settings.html", facts)


ROUTES = [get_settings]
