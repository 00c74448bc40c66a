"""What became of a purchase, by its buyer's own reference."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.orders.read import OrderNotFound, OrderView, orders_by_id
from konter.orders.requests import RefusedBefore

FIND = """
SELECT order_id, refusal->>'code', refusal->>'text' FROM orders.requests
WHERE user_id = %(user_id)s AND ref_id = %(ref_id)s
"""


async def by_reference(tx: Tx, user_id: int, ref_id: str) -> OrderView:
    """The order as it stands. Never makes one. Raises RefusedBefore for a reference whose purchase
    was refused, OrderNotFound."""
    row = await tx.row(FIND, {"user_id": user_id, "ref_id": ref_id})
    if row is None:
        raise OrderNotFound
    order_id, refused_as, text = row
    if order_id is None:
        raise RefusedBefore(text, refused_as=refused_as)
    return (await orders_by_id(tx, [order_id]))[order_id]
