"""``/api/categories`` and ``/api/products``: what is for sale, at the price for who asks.

Anybody may look; whoever sends a token sees their own prices. Answers carry an ETag, so that a
client that looks again pays for a change only.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, Any, Final, TypeVar

import msgspec
from litestar import Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import UNSET, Struct, UnsetType

from konter.catalogue.browse import Page, ProductShown, browse, list_categories, show_product
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.list_prices import OpenShown
from konter.catalogue.products import NoSuchProduct
from konter.catalogue.sync import NoSuchCategory
from konter.kernel.clock import iso
from konter.kernel.errors import Unavailable
from konter.people.permits import Person, Role
from konter.web.answer import Answer, RawAnswer
from konter.web.auth import PERHAPS_BEARER, signed_in
from konter.web.errors import refusals
from konter.web.request import RowId, SiteRequest

TAGS = ["Katalog"]
PER_PAGE: Final = 100

PageNumber = Annotated[int, Parameter(ge=1, le=1_000_000)]
PerPage = Annotated[int, Parameter(ge=1, le=500)]
Search = Annotated[str, Parameter(max_length=100)]
Body = TypeVar("Body")

UNCHANGED: Final = {
    304: ResponseSpec(None, generate_examples=False, description="Belum berubah (ETag)")
}


class CategoryView(Struct):
    """``products``: how many are on sale in it now."""

    id: int
    slug: str
    nama: str
    type: str
    products: int


class CategoryList(Struct):
    data: list[CategoryView]


class CategoryName(Struct):
    id: int
    slug: str
    nama: str


class NeedView(Struct):
    """One field that an order of the product must fill in."""

    field: str
    label: str
    type: str
    example: str


class ProductView(Struct):
    """``harga``: what the asker pays, whole rupiah with two decimals. ``open``: only of an
    open denomination; its ``harga`` is that of the least amount."""

    id: int
    kode: str
    nama: str
    keterangan: str
    harga: str
    brand: str
    type: str
    is_active: bool
    needs: list[NeedView]
    category: CategoryName
    last_synced_at: str | None
    open: OpenShown | UnsetType = UNSET


class ProductPage(Struct):
    current_page: int
    data: list[ProductView]
    per_page: int
    total: int


class Tagged(Answer[Body]):
    """An answer that says 304 to whoever has this very body already."""

    def to_asgi_response(  # type: ignore[override]
        self, app: object, request: Request[Any, Any, Any], **_: Any
    ) -> ASGIApp:
        body = msgspec.json.encode(self.content)
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
        known = request.headers.get("if-none-match", "")
        if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
            return NotModified(headers)
        return RawAnswer(200, body, headers=headers)


class NotModified:
    """304, which has no body and says nothing of its length."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = [(name.lower().encode(), said.encode()) for name, said in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def perhaps_signed_in(request: Request[Any, Any, Any]) -> None:
    """A token is believed or refused; no token is nobody. Raises Unauthenticated."""
    request.scope["user"] = None
    assert isinstance(request, SiteRequest)
    if request.raw_header(b"authorization") is not None:
        await signed_in(request)


@get(
    "/categories",
    summary="Daftar kategori",
    responses=UNCHANGED,
    security=PERHAPS_BEARER,
    tags=TAGS,
    before_request=perhaps_signed_in,
)
async def get_categories(request: SiteRequest) -> Tagged[CategoryList]:
    found = await list_categories(_desk(request))
    return Tagged(
        CategoryList([CategoryView(c.id, c.slug, c.name, c.type, c.products) for c in found])
    )


@get(
    "/categories/{category_id:int}/products",
    summary="Produk satu kategori",
    responses=UNCHANGED | refusals(NoSuchCategory),
    security=PERHAPS_BEARER,
    tags=TAGS,
    before_request=perhaps_signed_in,
)
async def get_category_products(
    request: SiteRequest,
    *,
    category_id: RowId,
    search: Search = "",
    page: PageNumber = 1,
    per_page: PerPage = PER_PAGE,
) -> Tagged[ProductPage]:
    found = await browse(
        _desk(request),
        _role(request),
        category_id=category_id,
        search=search,
        page=page,
        per_page=per_page,
    )
    return Tagged(_page(found))


@get(
    "/products",
    summary="Cari produk",
    responses=UNCHANGED,
    security=PERHAPS_BEARER,
    tags=TAGS,
    before_request=perhaps_signed_in,
)
async def get_products(
    request: SiteRequest,
    search: Search = "",
    page: PageNumber = 1,
    per_page: PerPage = PER_PAGE,
) -> Tagged[ProductPage]:
    found = await browse(
        _desk(request), _role(request), search=search, page=page, per_page=per_page
    )
    return Tagged(_page(found))


@get(
    "/products/{product_id:int}",
    summary="Satu produk",
    responses=UNCHANGED | refusals(NoSuchProduct),
    security=PERHAPS_BEARER,
    tags=TAGS,
    before_request=perhaps_signed_in,
)
async def get_product(request: SiteRequest, product_id: RowId) -> Tagged[ProductView]:
    return Tagged(_product(await show_product(_desk(request), _role(request), product_id)))


ROUTES: Final = [get_categories, get_category_products, get_products, get_product]


def _desk(request: SiteRequest) -> CatalogueDesk:
    desk = request.desks.catalogue
    if desk is None:
        raise Unavailable("Katalog belum tersedia")
    return desk


def _role(request: SiteRequest) -> Role | None:
    person: Person | None = request.scope["user"]
    return None if person is None else person.role


def _page(page: Page) -> ProductPage:
    products = [_product(product) for product in page.products]
    return ProductPage(page.number, products, page.per_page, page.total)


def _product(product: ProductShown) -> ProductView:
    synced_at = product.last_synced_at
    return ProductView(
        id=product.id,
        kode=product.code,
        nama=product.name,
        keterangan=product.description,
        harga=product.price.wire(),
        brand=product.brand,
        type=product.type,
        is_active=product.is_active,
        needs=[NeedView(n.field, n.label, n.kind, n.example) for n in product.needs],
        category=CategoryName(product.category_id, product.category_slug, product.category_name),
        last_synced_at=None if synced_at is None else iso(synced_at),
        open=product.open or UNSET,
    )
