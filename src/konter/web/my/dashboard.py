"""``/my``: what somebody who has signed in sees first."""

from __future__ import annotations

from typing import Final

from litestar import get

from konter.hooks.notices import of_user
from konter.ledger.read import balance
from konter.orders.search_own import Wanted, search_own
from konter.web.page.permits import OWN
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

RECENT: Final = 5


@get("/my", include_in_schema=False, opt=OWN)
async def get_dashboard(request: SiteRequest) -> Page:
    person = request.user
    async with request.desks.db.read() as tx:
        held = await balance(tx, person.id)
        recent = await search_own(tx, person.id, Wanted(), most=RECENT)
        notices, _, unread = await of_user(tx, person.id, page=1, per_page=RECENT)
    facts = {
        "balance": held,
        "orders": recent.orders,
        "notices": [notice for notice in notices if notice.read_at is None],
        "unread": unread,
    }
    return page(request, "my/dashboard.html", facts)
