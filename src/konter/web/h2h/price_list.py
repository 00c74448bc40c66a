"""``GET /api/v1/products``: all that the member may buy, at its own prices."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, get
from litestar.types import ASGIApp
from msgspec import UNSET, Struct, UnsetType

from konter.catalogue.list_prices import Listed, OpenShown, list_prices
from konter.kernel.errors import Unavailable
from konter.people import signatures
from konter.people.members import Limits
from konter.web.answer import Answer, RawAnswer
from konter.web.api.catalogue import UNCHANGED, NotModified
from konter.web.h2h.caller import Sign, Username, door_of, member_of
from konter.web.h2h.desk import Written
from konter.web.h2h.order_answer import TAGS
from konter.web.h2h.problems import problems
from konter.web.request import SiteRequest

Body = TypeVar("Body")

MOST_WRITTEN: Final = 20
"""So many different lists are kept as they went out; members without limits all get the same."""


class PricedProduct(Struct):
    """``price``: whole rupiah, the member's own. ``is_active``: whether it can be bought now.
    ``open``: only of an open denomination; its ``price`` is that of the least amount.
    """

    buyer_sku: str
    name: str
    description: str
    category: str
    brand: str
    type: str
    price: int
    is_active: bool
    open: OpenShown | UnsetType = UNSET


class PriceList(Struct):
    data: list[PricedProduct]


class Kept(Answer[Body]):
    """A body that was written before; 304 for whoever has it already."""

    def __init__(self, written: Written) -> None:
        self.written = written

    def to_asgi_response(  # type: ignore[override]
        self, app: object, request: Request[Any, Any, Any], **_: Any
    ) -> ASGIApp:
        tag = self.written.tag
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        known = request.headers.get("if-none-match", "")
        if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
            return NotModified(headers)
        return RawAnswer(200, self.written.body, headers=headers)


@get(
    "/products",
    summary="Daftar harga member",
    responses=problems() | UNCHANGED,
    tags=TAGS,
)
async def get_products(
    request: SiteRequest, username: Username = None, sign: Sign = None
) -> Kept[PriceList]:
    """Whole, with an ETag: ``If-None-Match`` answers 304 while nothing has changed. Prices may be
    some seconds old.

    ``sign``: ``md5("pricelist" + secret)``.
    """
    member = await member_of(request, signatures.PRICE_LIST, username=username, sign=sign)
    return Kept(await _written(request, member.limits))


async def _written(request: SiteRequest, limits: Limits) -> Written:
    catalogue, shelf = request.desks.catalogue, door_of(request).prices
    if catalogue is None:
        raise Unavailable
    now = catalogue.clock.monotonic()
    if shelf.listed is None or shelf.until <= now:
        async with catalogue.db.read() as tx:
            shelf.listed = await list_prices(tx)
        shelf.until = now + shelf.seconds
        shelf.written.clear()
    known = shelf.written.get(limits.products)
    if known is None:
        known = _write(shelf.listed, limits)
        if len(shelf.written) < MOST_WRITTEN:
            shelf.written[limits.products] = known
    return known


def _write(listed: list[Listed], limits: Limits) -> Written:
    admitted = (one for one in listed if limits.admit_product(one.code, one.category_slug))
    body = msgspec.json.encode(PriceList([_view(one) for one in admitted]))
    return Written(body, f'"{blake2b(body, digest_size=12).hexdigest()}"')


def _view(one: Listed) -> PricedProduct:
    return PricedProduct(
        buyer_sku=one.code,
        name=one.name,
        description=one.description,
        category=one.category,
        brand=one.brand,
        type=one.type,
        price=one.price,
        is_active=one.is_active,
        open=one.open or UNSET,
    )
