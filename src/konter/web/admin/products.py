"""``/admin/products``: what we sell, found by name, place on the shelf and reason."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from msgspec import Meta, Struct

from konter.catalogue.search_products import PER_PAGE, Wanted, choices, search_products
from konter.web.page.forms import read_form
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

STATES = {"open": True, "closed": False}
REASONS = ("upstream", "vanished", "margin", "operator")


class Search(Struct):
    """``state``: open, closed, or one of the reasons why a product is closed. ``page`` from 1."""

    q: str = ""
    category: str = ""
    brand: str = ""
    type: str = ""
    state: str = ""
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


@get("/admin/products", include_in_schema=False, opt=STAFF)
async def get_products(request: SiteRequest) -> Page:
    """Raises Invalid."""
    said = read_form(dict(request.query_params), Search)
    wanted = Wanted(
        search=said.q,
        category=said.category or None,
        brand=said.brand or None,
        type=said.type or None,
        active=STATES.get(said.state),
        because=said.state if said.state in REASONS else None,
    )
    async with request.desks.db.read() as tx:
        rows = await search_products(tx, wanted, page=said.page)
        known = await choices(tx)
    total = rows[0].total if rows else 0
    facts = {
        "rows": rows,
        "choices": known,
        "typed": said,
        "number": said.page,
        "total": total,
        "last": max(1, -(-total // PER_PAGE)),
    }
    return page(request, "admin/products.html", facts)
