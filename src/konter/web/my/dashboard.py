"""``/my``: what somebody who has signed in sees first."""

from __future__ import annotations

from litestar import get

from konter.ledger.read import balance
from konter.web.page.permits import OWN
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest


@get("/my", include_in_schema=False, opt=OWN)
async def get_dashboard(request: SiteRequest) -> Page:
    async with request.desks.db.read() as tx:
        held = await balance(tx, request.user.id)
    return page(request, "my/dashboard.html", {"balance": held})
