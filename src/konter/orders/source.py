"""Where a paid order is bought first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from konter.catalogue.amounts import at_amount
from konter.catalogue.offers import Offer, Sellable, sellables
from konter.db.pool import Tx
from konter.orders.checkout_store import CheckoutRow
from konter.orders.desk import OrdersDesk
from konter.orders.judge import Shelf, SoldToday, customer_no, offers_now, pick, stock_shelf
from konter.orders.receipt import GivenBack, Source
from konter.orders.sold import thing_of
from konter.orders.states import OrderState
from konter.orders.store import OrderRow
from konter.suppliers.breaker import take_probes

LAPSED = frozenset({OrderState.EXPIRED, OrderState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Market:
    """What a batch of paid orders may be bought from, by product."""

    at: datetime
    shelf: Shelf
    products: Mapping[int, Sellable]


async def open_market(
    desk: OrdersDesk, tx: Tx, orders: Iterable[OrderRow], *, at: datetime
) -> Market:
    asking = list(orders)
    products = await sellables(tx, sorted({order.product_id for order in asking}), at=at)
    things = [(thing_of(o), products[o.product_id]) for o in asking if o.product_id in products]
    return Market(at, await stock_shelf(desk, tx, things, at, sends=True), products)


async def close_market(desk: OrdersDesk, tx: Tx, market: Market) -> None:
    """Say which breakers the batch's orders try."""
    await take_probes(tx, market.shelf.probing, at=market.at, limits=desk.breaker)


def source_of(
    desk: OrdersDesk, market: Market, order: OrderRow, checkout: CheckoutRow
) -> Source | GivenBack:
    """Where to buy: the best offer now, else the one it was sold at; or why nowhere.

    One that has ended is sold only while it would be sold anew at its price.
    """
    sellable = market.products.get(order.product_id)
    if sellable is not None:
        sellable = at_amount(sellable, order.chosen_amount)
    offers = offers_now(desk, sellable, order.price, market.at) if sellable else []
    is_sold = sellable is not None and sellable.is_active
    if order.state in LAPSED and not (is_sold and offers):
        return GivenBack.TOO_LATE
    if offers:
        thing, brand = thing_of(order), order.product_brand
        best = pick(desk, market.shelf, offers, thing, brand=brand)
        if isinstance(best, SoldToday):
            return GivenBack.SOLD_TODAY
        if isinstance(best, Offer):
            written = customer_no(desk, best.account, thing, brand)
            if isinstance(written, str):
                market.shelf.take(thing, best)
                return Source(best.account, best.sku, written, best.cost.amount)
    return Source(checkout.account, checkout.sku, checkout.customer_no, checkout.expected_cost)
