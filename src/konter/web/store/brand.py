"""``/beli/{category}/{brand}``: a number, a denomination, a way to pay, all on one page.

The page is asked for again with what was filled in so far, and says what comes next; a script
does so while one types, and a button does without it.
"""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import PathParameter, QueryParameter

from konter.catalogue.amounts import FIELD
from konter.catalogue.shelves import brand_shelf
from konter.web.my.asked import asked_of
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest
from konter.web.store.counter import counter_facts
from konter.web.store.faces import catalogue_of, role_of

Slug = Annotated[str, PathParameter(max_length=100)]
Text = Annotated[str, QueryParameter(max_length=64)]
ProductId = Annotated[int | None, QueryParameter(ge=1, le=2**53 - 1)]
PageNumber = Annotated[int, QueryParameter(name="hal", ge=1, le=1000)]


@get("/beli/{category:str}/{brand:str}", include_in_schema=False, opt=ANYBODY)
async def get_brand(
    request: SiteRequest,
    *,
    category: Slug,
    brand: Slug,
    target_id: Text = "",
    server_id: Text = "",
    product_id: ProductId = None,
    number: PageNumber = 1,
) -> Page:
    """``qty`` of the address: of an open denomination, as typed. Raises NoSuchShelf."""
    shelf = await brand_shelf(
        catalogue_of(request), role_of(request), category, brand, number=number, chosen=product_id
    )
    typed = {"target_id": target_id.strip(), "server_id": server_id.strip()}
    typed[FIELD] = asked_of(request).get(FIELD, "")
    return page(request, "store/brand.html", await counter_facts(request, shelf, typed))
