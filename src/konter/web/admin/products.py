"""``/admin/products``: what we sell, found by name, place on the shelf and reason."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from konter.catalogue.search_products import PER_PAGE, Wanted, choices, search_products
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

Said = Annotated[str, QueryParameter()]

LAST_PAGE = 10_000
STATES = {"open": True, "closed": False}
REASONS = ("upstream", "vanished", "margin", "operator")


@get("/admin/products", include_in_schema=False, opt=STAFF)
async def get_products(
    request: SiteRequest,
    q: Said = "",
    category: Said = "",
    brand: Said = "",
    type: Said = "",
    state: Said = "",
    number: Annotated[int, QueryParameter(query="page", ge=1, le=LAST_PAGE)] = 1,
) -> Page:
    """``state``: open, closed, or one of the reasons why a product is closed."""
    wanted = Wanted(
        search=q,
        category=category or None,
        brand=brand or None,
        type=type or None,
        active=STATES.get(state),
        because=state if state in REASONS else None,
    )
    async with request.desks.db.read() as tx:
        rows = await search_products(tx, wanted, page=number)
        known = await choices(tx)
    total = rows[0].total if rows else 0
    facts = {
        "rows": rows,
        "choices": known,
        "typed": {"q": q, "category": category, "brand": brand, "type": type, "state": state},
        "number": number,
        "total": total,
        "last": max(1, -(-total // PER_PAGE)),
    }
    return page(request, "admin/products.html", facts)
