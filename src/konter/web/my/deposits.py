"""``/my/deposits``: one's deposits."""

from __future__ import annotations

from typing import Final

from litestar import get

from konter.funding.deposits import deposits_of
from konter.web.my.asked import asked_of, number_of
from konter.web.page.permits import OWN
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

PER_PAGE: Final = 20
MOST_PAGES: Final = 10_000


@get("/my/deposits", include_in_schema=False, opt=OWN)
async def get_deposits(request: SiteRequest) -> Page:
    """The newest first, 20 a page."""
    number = min(number_of(asked_of(request), "page") or 1, MOST_PAGES)
    async with request.desks.db.read() as tx:
        found, total = await deposits_of(tx, request.user.id, page=number, per_page=PER_PAGE)
    facts = {
        "deposits": found,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if number * PER_PAGE < total else "",
    }
    return page(request, "my/deposits.html", facts)


ROUTES: Final = [get_deposits]
