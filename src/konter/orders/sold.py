"""Who has sold a thing to a number today, for upstreams that refuse a second sale of it a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from konter.catalogue.offers import Sellable
from konter.db.pool import Tx
from konter.kernel.clock import WIB, business_date
from konter.orders.desk import OrdersDesk
from konter.orders.store import OrderRow

# An upstream counts the day on which it is asked: an order of yesterday may go on today, and one
# that is held since before midnight may yet be sent. What was refused was not sold.
SOLD_TODAY = """
SELECT DISTINCT n.product_id, n.target_id, n.server_id, n.order_id, a.account
FROM unnest(%(product_id)s::bigint[], %(target_id)s::text[], %(server_id)s::text[],
    %(order_id)s::bigint[]) AS n (product_id, target_id, server_id, order_id)
JOIN orders.orders o ON o.business_date = ANY(%(days)s::date[]) AND o.product_id = n.product_id
    AND o.target_id = n.target_id AND o.server_id IS NOT DISTINCT FROM n.server_id
    AND o.id IS DISTINCT FROM n.order_id
JOIN orders.attempts a ON a.order_id = o.id
WHERE a.state IN ('due', 'sending', 'open', 'delivered')
  AND coalesce(a.first_sent_at, a.created_at + %(held)s::interval) >= %(midnight)s
"""


class Thing(NamedTuple):
    """What is bought for whom: the product and the number."""

    product_id: int
    target_id: str
    server_id: str | None


Asked = tuple[Thing, int | None]
"""A thing, and the order that asks: its own attempts do not stand in its way. None: a new one."""


async def sold_today(
    desk: OrdersDesk, tx: Tx, asked: Collection[Asked], now: datetime
) -> set[tuple[Asked, str]]:
    """The accounts that sold these today (WIB), or are about to; one statement, or none."""
    if not asked:
        return set()
    today = business_date(now)
    facts = {
        "product_id": [thing.product_id for thing, _ in asked],
        "target_id": [thing.target_id for thing, _ in asked],
        "server_id": [thing.server_id for thing, _ in asked],
        "order_id": [order_id for _, order_id in asked],
        "days": [today, today - timedelta(days=1)],
        "held": timedelta(seconds=desk.times.held_deadline),
        "midnight": datetime.combine(today, time(), WIB),
    }
    rows = await tx.rows(SOLD_TODAY, facts)
    return {((Thing(*row[:3]), row[3]), row[4]) for row in rows}


def sells_once(sellable: Sellable) -> bool:
    """Whether some offer of it refuses a second sale to one number on one day."""
    return not all(offer.multi for offer in sellable.offers)


def accounts_of(sellable: Sellable) -> Sequence[str]:
    """The accounts that offer it, each once."""
    return list(dict.fromkeys(offer.account for offer in sellable.offers))


def thing_of(order: OrderRow) -> Thing:
    return Thing(order.product_id, order.target_id, order.server_id)
