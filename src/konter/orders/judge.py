"""What a shop would sell now, and to whom: for every door through which an order is born."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from konter.catalogue.destinations import Destination, read_destination
from konter.catalogue.offers import Offer, Sellable, usable_offers
from konter.db.pool import Tx
from konter.kernel.clock import WIB, business_date
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.orders.desk import OrdersDesk
from konter.orders.requests import Ask, Placed

# The same product to the same number on the same day, for products that refuse a second sale.
SOLD_TODAY = """
SELECT DISTINCT o.product_id, o.target_id, o.server_id
FROM unnest(%(product_id)s::bigint[], %(target_id)s::text[], %(server_id)s::text[])
    AS n (product_id, target_id, server_id)
JOIN orders.orders o ON o.business_date = %(today)s AND o.product_id = n.product_id
    AND o.target_id = n.target_id AND o.server_id IS NOT DISTINCT FROM n.server_id
WHERE o.state IN ('held', 'sent', 'delivered', 'disputed')
"""

Thing = tuple[int, str, str | None]
"""What is bought for whom: the product and the number."""


class ProductClosed(Refused):
    """Closed here or upstream, in its cut-off, out of stock, or it would be sold at a loss."""

    code = "product_closed"
    message = "Produk sedang tidak tersedia"


class SoldToday(Refused):
    """The upstream refuses a second sale of this product to this number on one day."""

    code = "sold_today"
    message = "Produk ini sudah dibeli hari ini untuk nomor yang sama, coba nominal lain atau besok"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One ask that may become an order: what it is, and where it would be bought."""

    ask: Ask
    sellable: Sellable
    destination: Destination
    price: int

    @property
    def thing(self) -> Thing:
        parts = self.destination.parts
        return self.sellable.product_id, parts[0], parts[1] if len(parts) > 1 else None


@dataclass(slots=True)
class Shelf:
    """What a batch may sell: ``sold`` says what was sold today already.

    ``offers``: those to buy at now, by product and price; the same for all of the batch.
    """

    sold: set[Thing]
    offers: dict[tuple[int, int], list[Offer]] = field(default_factory=dict)


def read_asks(
    desk: OrdersDesk, asks: Sequence[Ask], sold: Mapping[int, Sellable]
) -> tuple[dict[int, Placed | Exception], dict[int, Wanted]]:
    """What each ask is about, by its place in the list; what cannot be read is refused here."""
    refused: dict[int, Placed | Exception] = {}
    wanted: dict[int, Wanted] = {}
    for place, ask in enumerate(asks):
        sellable = sold.get(ask.product_id)
        if sellable is None:
            refused[place] = Invalid({"product_id": ["Produk tidak ditemukan"]})
            continue
        try:
            destination = read_destination(
                type=sellable.type,
                brand=sellable.brand,
                description=sellable.description,
                target_id=ask.target_id,
                server_id=ask.server_id,
                development=desk.development,
            )
        except Invalid as error:
            refused[place] = error
            continue
        price = sellable.reseller_price if ask.pays_reseller_price else sellable.retail_price
        wanted[place] = Wanted(ask, sellable, destination, price.amount)
    return refused, wanted


def best_offer(desk: OrdersDesk, wanted: Wanted, shelf: Shelf, now: datetime) -> Offer | Refused:
    """The offer to buy at, or why this is not sold now: ProductClosed, SoldToday."""
    priced = (wanted.sellable.product_id, wanted.price)
    if (offers := shelf.offers.get(priced)) is None:
        offers = shelf.offers[priced] = offers_now(desk, wanted.sellable, wanted.price, now)
    if not wanted.sellable.is_active or not offers:
        return ProductClosed()
    if not offers[0].multi and wanted.thing in shelf.sold:
        return SoldToday()
    return offers[0]


def offers_now(desk: OrdersDesk, sellable: Sellable, price: int, now: datetime) -> list[Offer]:
    """Where this can be bought now for a sale at ``price`` (whole rupiah), the best first."""
    local = now.astimezone(WIB)
    offers = usable_offers(
        sellable,
        price=Rupiah(price),
        minimum_margin=desk.minimum_margin,
        minute_of_day_wib=local.hour * 60 + local.minute,
        blocked=set(),
    )
    return [offer for offer in offers if offer.account in desk.providers]


async def sold_today(tx: Tx, fresh: Sequence[Wanted], now: datetime) -> set[Thing]:
    """Which of these were sold today already; asked only for products that sell once a day."""
    once_a_day = [w.thing for w in fresh if not all(o.multi for o in w.sellable.offers)]
    if not once_a_day:
        return set()
    facts = {
        "product_id": [thing[0] for thing in once_a_day],
        "target_id": [thing[1] for thing in once_a_day],
        "server_id": [thing[2] for thing in once_a_day],
        "today": business_date(now),
    }
    return {(row[0], row[1], row[2]) for row in await tx.rows(SOLD_TODAY, facts)}
