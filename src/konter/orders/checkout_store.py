"""Orders that are paid through a gateway, locked together with what they have beside their row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from konter.db.pool import Tx
from konter.orders.states import OrderState
from konter.orders.store import OrderRow

# In id order, like everyone who locks orders; an unpaid order has no attempt to lock.
LOCK_CHECKOUTS = """
SELECT c.order_id, c.channel, c.waits, c.pay_by, c.paid_at, c.account, c.sku, c.customer_no,
       c.expected_cost, c.name, c.email, c.phone,
       o.code, o.user_id, o.product_id, o.product_name, o.product_brand, o.target_id, o.server_id,
       o.price, o.price_at, o.state, o.tries, o.moves, o.disputes, o.serial, o.reason, o.last_words,
       o.last_words_at, o.created_at, o.chosen_amount
FROM orders.orders o JOIN orders.checkouts c ON c.order_id = o.id
WHERE o.id = ANY(%(order_ids)s)
ORDER BY o.id
FOR NO KEY UPDATE OF o, c
"""

UPDATE_CHECKOUTS = """
UPDATE orders.checkouts c SET waits = n.waits, pay_by = n.pay_by, paid_at = n.paid_at
FROM unnest(%(order_id)s::bigint[], %(waits)s::boolean[], %(pay_by)s::timestamptz[],
    %(paid_at)s::timestamptz[]) AS n (order_id, waits, pay_by, paid_at)
WHERE c.order_id = n.order_id
"""

# What has been given back to its buyer is not on its way to the order any more.
MONEY_ARRIVED = """
SELECT purpose_id FROM funding.payments
WHERE purpose = 'order' AND purpose_id = ANY(%(order_ids)s) AND state IN ('unapplied', 'review')
"""


@dataclass(slots=True)
class CheckoutRow:
    """What an order has beside its row, locked by this transaction. ``account`` to
    ``expected_cost``: the offer it was sold at. ``paid_at`` None: it was never held."""

    order_id: int
    channel: str
    waits: bool
    pay_by: datetime
    paid_at: datetime | None
    account: str
    sku: str
    customer_no: str
    expected_cost: int
    name: str
    email: str | None
    phone: str | None


CHECKOUT_FIELDS = tuple(f.name for f in fields(CheckoutRow))

Locked = tuple[OrderRow, CheckoutRow]


async def lock_checkouts(tx: Tx, order_ids: Sequence[int]) -> dict[int, Locked]:
    """Lock these orders with their checkouts; one that is paid from a balance is not in it."""
    locked: dict[int, Locked] = {}
    width = len(CHECKOUT_FIELDS)
    for row in await tx.rows(LOCK_CHECKOUTS, {"order_ids": list(order_ids)}):
        checkout = CheckoutRow(*row[:width])
        order = OrderRow(checkout.order_id, *row[width:])
        order.state = OrderState(order.state)
        locked[order.id] = (order, checkout)
    return locked


async def write_checkouts(tx: Tx, checkouts: Sequence[CheckoutRow]) -> None:
    if checkouts:
        columns: dict[str, list[object]] = {
            "order_id": [c.order_id for c in checkouts],
            "waits": [c.waits for c in checkouts],
            "pay_by": [c.pay_by for c in checkouts],
            "paid_at": [c.paid_at for c in checkouts],
        }
        await tx.run(UPDATE_CHECKOUTS, columns)


async def money_arrived(tx: Tx, order_ids: Sequence[int]) -> set[int]:
    """Those that have a confirmed payment which nobody has applied yet."""
    return {row[0] for row in await tx.rows(MONEY_ARRIVED, {"order_ids": list(order_ids)})}
