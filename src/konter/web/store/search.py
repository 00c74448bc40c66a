"""``/cari`` and ``/produk/{code}``: from a word, or a product's code, to where it is bought."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import get
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect

from konter.catalogue.bill_shelf import bills_offered
from konter.catalogue.browse import browse
from konter.catalogue.categories import slug_of
from konter.catalogue.shelves import shelf_of_code, shelves
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest
from konter.web.store.faces import FACES, catalogue_of, mark_of, role_of
from konter.web.store.number import plain_phone

MOST_PRODUCTS: Final = 40
MOST_SHELVES: Final = 12

Query = Annotated[str, QueryParameter(max_length=100)]


@get("/cari", include_in_schema=False, opt=ANYBODY)
async def get_search(request: SiteRequest, q: Query = "") -> Page | Redirect:
    """Brands, bills and products that have every word. A telephone number is taken to its brand."""
    query, phone = q.strip(), plain_phone(q)
    if phone.startswith("08") and phone.isdigit() and len(phone) >= 10:
        return go(request, f"/nomor?{urlencode({'target_id': phone})}")
    desk, role = catalogue_of(request), role_of(request)
    words = query.casefold().split()
    brands = [
        shelf
        for shelf in (await shelves(desk, role) if words else [])
        if all(word in f"{shelf.brand} {shelf.category_name}".casefold() for word in words)
    ]
    bills = [
        (bill, mark_of(bill.kind))
        for bill in (await bills_offered(desk) if words else [])
        if all(word in f"{bill.name} {bill.brand} tagihan".casefold() for word in words)
    ]
    found = await browse(desk, role, search=query, per_page=MOST_PRODUCTS) if words else None
    facts = {
        **FACES,
        "query": query,
        "brands": brands[:MOST_SHELVES],
        "bills": bills[:MOST_SHELVES],
        "products": [(one, slug_of(one.brand)) for one in found.products] if found else [],
        "total": found.total if found else 0,
    }
    return page(request, "store/search.html", facts)


@get("/produk/{code:str}", include_in_schema=False, opt=ANYBODY, status_code=303)
async def get_product_page(
    request: SiteRequest, code: Annotated[str, PathParameter(max_length=100)]
) -> Redirect:
    """Raises NoSuchShelf."""
    product_id, category, brand = await shelf_of_code(catalogue_of(request), code)
    return go(request, f"/beli/{category}/{brand}?product_id={product_id}")
