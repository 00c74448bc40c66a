"""``/``: the shop's front."""

from __future__ import annotations

from litestar import get

from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest


@get("/", include_in_schema=False, opt=ANYBODY)
async def get_home(request: SiteRequest) -> Page:
    return page(request, "store/home.html")
