"""``POST /beli/{category}/{brand}``: what was chosen is ordered, once, for what was shown."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from litestar import Response, post
from litestar.params import PathParameter

from konter.catalogue.shelves import brand_shelf
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid, Refused
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ANYBODY
from konter.web.page.render import go, page
from konter.web.payment_wait import link_made
from konter.web.request import SiteRequest
from konter.web.store.buy import Bought, Purchase, buy
from konter.web.store.counter import counter_facts
from konter.web.store.faces import catalogue_of, role_of

Slug = Annotated[str, PathParameter(max_length=100)]

LONGEST_KEY = 64


@post("/beli/{category:str}/{brand:str}", include_in_schema=False, opt=ANYBODY, status_code=200)
async def post_brand(request: SiteRequest, category: Slug, brand: Slug) -> Response[str]:
    """On to the order, or the same page with what was wrong. The same form again gets its order."""
    typed = await fields_of(request)
    chosen = typed.get("product_id", "")
    shelf = await brand_shelf(
        catalogue_of(request),
        role_of(request),
        category,
        brand,
        chosen=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else None,
    )
    try:
        if shelf.chosen is None:
            raise Invalid({"product_id": [visit(request).say("Pilih nominalnya dahulu")]})
        purchase = read_form(typed, Purchase)
        for_phone = shelf.chosen.needs[0].kind == "phone"
        bought = await buy(request, purchase, visit(request).person, for_phone=for_phone)
    except Refused as error:
        # What was counted out before it was looked for may stand under this key already.
        key = typed.get("key", "")[:LONGEST_KEY] if error.status == 429 else ""
        facts = await counter_facts(request, shelf, typed, error, key=key)
        return page(request, "store/brand.html", facts, status=error.status)
    return go(request, await _its_page(request, bought))


async def _its_page(request: SiteRequest, bought: Bought) -> str:
    """Once there is something to pay by, as far as that takes no longer than first news do."""
    order = bought.placed.order
    if bought.waits_for_link and not bought.placed.replayed:
        await link_made(request.shop, Purpose.ORDER, order.id)
    if bought.token:
        return f"/pesanan/{quote(order.code)}?token={bought.token}"
    return f"/my/orders/{order.id}"
