"""Where a refused order could still be bought: at an offer that was not tried, without a loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from konter.catalogue.amounts import at_amount
from konter.catalogue.offers import Offer, Sellable, sellables, usable_offers
from konter.db.pool import Tx
from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.orders.desk import OrdersDesk
from konter.orders.judge import customer_no, takers
from konter.orders.sold import Thing, sells_once, sold_today, thing_of
from konter.orders.store import AttemptRow, OrderRow
from konter.suppliers.gate import blocked_accounts

Offers = dict[int, list[Offer]]
"""Untried offers by order id, best first; an order without any is not in it."""

TRIED = """
SELECT order_id, account, sku FROM orders.attempts WHERE order_id = ANY(%(order_ids)s)
"""


async def other_offers(
    desk: OrdersDesk,
    tx: Tx,
    attempts: Mapping[int, AttemptRow],
    orders: Mapping[int, OrderRow],
    *,
    refused: Set[int],
) -> Offers:
    """Where refused orders could still be bought without a loss, leaving out what was tried, and
    accounts that refuse a second sale a day and sold this today for another order."""
    asking = [
        order
        for order in (orders[attempts[attempt_id].order_id] for attempt_id in sorted(refused))
        if order.tries < desk.max_tries
    ]
    if not asking:
        return {}
    now = desk.clock.now()
    products = await sellables(tx, sorted({order.product_id for order in asking}))
    blocked = await blocked_accounts(tx)
    tried = {tuple(row) for row in await tx.rows(TRIED, {"order_ids": [o.id for o in asking]})}
    limited = {product_id for product_id, product in products.items() if sells_once(product)}
    once_a_day = [(thing_of(o), o.id) for o in asking if o.product_id in limited]
    sold = await sold_today(desk, tx, once_a_day, now)
    taken: set[tuple[Thing, str]] = set()
    found: Offers = {}
    for order in asking:
        if order.product_id not in products or order.id in found:
            continue
        thing = thing_of(order)
        fresh = [
            offer
            for offer in _usable(desk, order, products[order.product_id], blocked=blocked, now=now)
            if (order.id, offer.account, offer.sku) not in tried
            and (offer.multi or ((thing, order.id), offer.account) not in sold)
            and (offer.multi or (thing, offer.account) not in taken)
        ]
        if fresh:
            found[order.id] = fresh
            taken.add((thing, fresh[0].account))
    return found


def _usable(
    desk: OrdersDesk, order: OrderRow, product: Sellable, *, blocked: Set[str], now: datetime
) -> Sequence[Offer]:
    """At accounts that are configured, take the amount and know how to write the destination."""
    local = now.astimezone(WIB)
    product = at_amount(product, order.chosen_amount)
    usable = usable_offers(
        product,
        price=Rupiah(order.price),
        minimum_margin=desk.minimum_margin,
        minute_of_day_wib=local.hour * 60 + local.minute,
        blocked=blocked,
    )
    known = takers(desk, product, usable)
    if order.server_id is None:
        return known
    thing, brand = thing_of(order), order.product_brand
    return [o for o in known if isinstance(customer_no(desk, o.account, thing, brand), str)]
