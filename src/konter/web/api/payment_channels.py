"""``GET /api/payment-channels``: the ways to pay, with what each adds to an amount."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from konter.funding.channels import Way, ways
from konter.kernel.errors import Invalid, UnreadableAmount
from konter.kernel.money import ZERO, Rupiah, rupiah_from_wire
from konter.web.answer import Answer
from konter.web.request import SiteRequest

MOST = Rupiah(10**12)

Amount = Annotated[str, QueryParameter(max_length=30)]


class ChannelView(Struct):
    """``code``: what ``payment_method`` takes. ``fee``: the gateway's, an estimate, of which
    ``buyer_pays`` comes on top of the amount; ``total``: what the buyer pays in all. ``open``:
    whether this amount can be paid by it now. Rupiah with two decimals; null: no limit."""

    code: str
    name: str
    group: str
    gateway: str
    fee: str
    buyer_pays: str
    total: str
    least: str | None
    most: str | None
    open: bool


class ChannelListView(Struct):
    data: list[ChannelView]


@get("/payment-channels", summary="Metode pembayaran", tags=["Pembayaran"])
async def get_payment_channels(
    request: SiteRequest, amount: Amount = "0"
) -> Answer[ChannelListView]:
    """All channels that this shop has switched on; without an amount their fixed parts only."""
    price = amount_of(amount)
    async with request.desks.db.read() as tx:
        found = await ways(request.shop.orders.funding, tx, price)
    return Answer(ChannelListView([_view(way, price) for way in found]))


def amount_of(said: str | int | float) -> Rupiah:
    """Whole rupiah, not below zero, from anything that writes them. Raises Invalid."""
    try:
        amount = rupiah_from_wire(said)
    except UnreadableAmount as error:
        raise Invalid({"amount": ["Harus berupa rupiah bulat"]}) from error
    if not ZERO <= amount <= MOST:
        raise Invalid({"amount": ["Nominal di luar batas"]})
    return amount


def _view(way: Way, price: Rupiah) -> ChannelView:
    return ChannelView(
        code=way.full_name,
        name=way.name,
        group=way.kind,
        gateway=way.gateway,
        fee=way.fee.wire(),
        buyer_pays=way.buyer_pays.wire(),
        total=(price + way.buyer_pays).wire(),
        least=way.least.wire() if way.least else None,
        most=way.most.wire() if way.most else None,
        open=way.takes(price) if price > ZERO else way.is_open,
    )
