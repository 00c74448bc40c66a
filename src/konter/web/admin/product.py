"""``/admin/products/{id}``: one product, its offers and prices, and what a person decides of it."""

from __future__ import annotations

from litestar import Response, get, post
from msgspec import Struct

from konter.catalogue.look_product import ProductLook, look_product
from konter.catalogue.mappings import map_offer, set_priority, unmap_offer
from konter.catalogue.products import NoSuchProduct, close_product, reopen_product
from konter.kernel.errors import Invalid, KonterError, Refused, Unavailable
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest


class ShelfForm(Struct):
    reason: str = ""


class OfferForm(Struct):
    account: str
    sku: str
    sure: str = ""


class PriorityForm(Struct):
    account: str
    sku: str
    priority: int


@get("/admin/products/{product_id:int}", include_in_schema=False, opt=STAFF)
async def get_product(request: SiteRequest, product_id: RowId) -> Page:
    """Raises NoSuchProduct."""
    return await _shown(request, await _look(request, product_id))


@post("/admin/products/{product_id:int}/close", include_in_schema=False, opt=STAFF, status_code=200)
async def post_close(request: SiteRequest, product_id: RowId) -> Response[str]:
    """Off the shelf until somebody opens it again; a repeat does nothing."""
    code = (await _look(request, product_id)).product.code
    said = read_form(await fields_of(request), ShelfForm)
    told = deed(request, "product.close", f"product:{code}", reason=said.reason)
    await close_product(catalogue_of(request), code, deed=told)
    return _back(request, product_id, visit(request).say("Produk ditutup"))


@post("/admin/products/{product_id:int}/open", include_in_schema=False, opt=STAFF, status_code=200)
async def post_open(request: SiteRequest, product_id: RowId) -> Response[str]:
    """On the shelf again, unless something else keeps it closed; then that is said."""
    code = (await _look(request, product_id)).product.code
    said = read_form(await fields_of(request), ShelfForm)
    told = deed(request, "product.open", f"product:{code}", reason=said.reason)
    because = await reopen_product(catalogue_of(request), code, deed=told)
    say = visit(request).say
    if because is None:
        return _back(request, product_id, say("Produk dibuka kembali"))
    return _back(
        request,
        product_id,
        say("Penutupan oleh petugas dicabut, tetapi produk masih tertutup: lihat alasannya"),
    )


@post(
    "/admin/products/{product_id:int}/offers", include_in_schema=False, opt=ADMIN, status_code=200
)
async def post_map(request: SiteRequest, product_id: RowId) -> Response[str]:
    """A supplier's SKU becomes an offer of this product, at the terms of the last list."""
    look = await _look(request, product_id)
    typed = await fields_of(request)
    subject = f"product:{look.product.code}"
    try:
        said = read_form(typed, OfferForm)
        done = await map_offer(
            catalogue_of(request),
            said.account,
            said.sku,
            look.product.code,
            by=request.user.email,
            sure=said.sure == "yes",
            deed=deed(request, "offer.map", subject, account=said.account, sku=said.sku),
        )
    except (Refused, Unavailable) as error:
        return await _shown(request, look, typed, error)
    say = visit(request).say
    news = say("Penawaran ditambahkan") if done.is_news else say("Penawaran ini sudah terpasang")
    return _back(request, product_id, news)


@post("/admin/products/{product_id:int}/unmap", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_unmap(request: SiteRequest, product_id: RowId) -> Response[str]:
    """Orders that were sent there are not touched."""
    look = await _look(request, product_id)
    typed = await fields_of(request)
    subject = f"product:{look.product.code}"
    try:
        said = read_form(typed, OfferForm)
        told = deed(request, "offer.unmap", subject, account=said.account, sku=said.sku)
        await unmap_offer(catalogue_of(request), said.account, said.sku, deed=told)
    except Refused as error:
        return await _shown(request, look, {}, error)
    return _back(request, product_id, visit(request).say("Penawaran dilepas"))


@post(
    "/admin/products/{product_id:int}/priority",
    include_in_schema=False,
    opt=ADMIN,
    status_code=200,
)
async def post_priority(request: SiteRequest, product_id: RowId) -> Response[str]:
    """The lower, the earlier it is tried on a fixed route."""
    look = await _look(request, product_id)
    typed = await fields_of(request)
    subject = f"product:{look.product.code}"
    try:
        said = read_form(typed, PriorityForm)
        told = deed(
            request,
            "offer.priority",
            subject,
            account=said.account,
            sku=said.sku,
            priority=said.priority,
        )
        await set_priority(catalogue_of(request), said.account, said.sku, said.priority, deed=told)
    except Refused as error:
        return await _shown(request, look, {}, error)
    return _back(request, product_id, visit(request).say("Urutan penawaran disimpan"))


async def _look(request: SiteRequest, product_id: int) -> ProductLook:
    async with request.desks.db.read() as tx:
        found = await look_product(tx, product_id)
    if found is None:
        raise NoSuchProduct
    return found


async def _shown(
    request: SiteRequest,
    look: ProductLook,
    typed: dict[str, str] | None = None,
    error: KonterError | None = None,
) -> Page:
    """As it stands, with what was typed and refused."""
    faults = error.errors if isinstance(error, Invalid) else {}
    facts = {
        "look": look,
        "accounts": list(catalogue_of(request).providers),
        "typed": typed or {},
        "faults": faults,
        "trouble_said": error.text if error else "",
        "doubtful": error is not None and error.code == "mapping_doubtful",
    }
    return page(request, "admin/product.html", facts, status=error.status if error else 200)


def _back(request: SiteRequest, product_id: int, said: str) -> Response[str]:
    return go(request, f"/admin/products/{product_id}", said=said)


ROUTES = [get_product, post_close, post_open, post_map, post_unmap, post_priority]
