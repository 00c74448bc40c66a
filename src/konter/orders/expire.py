"""Orders that nobody paid in time. A link that is paid all the same is a late payment."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from konter.hooks.tell import Told
from konter.orders import store
from konter.orders.checkout_store import lock_checkouts, write_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.guest_contacts import tell_buyers
from konter.orders.report import tell_resellers
from konter.orders.states import OrderState
from konter.orders.tell_buyer import told_about

log = structlog.get_logger("konter.orders")

# Those that somebody else holds, and those whose money is there and waits to be applied (or to be
# looked at), are left alone; so are those with a link that its gateway leaves open for longer.
OVERDUE = """
SELECT o.id FROM orders.checkouts c JOIN orders.orders o ON o.id = c.order_id
WHERE c.waits AND c.pay_by <= %(before)s AND o.state = 'awaiting_payment' AND NOT EXISTS (
    SELECT FROM funding.payments p
    WHERE p.purpose = 'order' AND p.purpose_id = o.id AND p.state IN ('unapplied', 'review'))
  AND NOT EXISTS (
    SELECT FROM funding.invoices i
    WHERE i.purpose = 'order' AND i.purpose_id = o.id AND i.state = 'open'
      AND i.expires_at > %(before)s)
ORDER BY c.pay_by LIMIT 200
FOR NO KEY UPDATE OF o, c SKIP LOCKED
"""

REASON = "Tidak dibayar sampai batas waktu"


async def expire_unpaid(desk: OrdersDesk) -> int:
    """End orders whose latest link was over ``payment_grace`` seconds ago; answers how many. Run by
    the timetable, 200 at a time."""
    now = desk.clock.now()
    before = now - timedelta(seconds=desk.times.payment_grace)
    async with desk.db.transaction() as tx:
        overdue = [row[0] for row in await tx.rows(OVERDUE, {"before": before})]
        if not overdue:
            return 0
        locked = await lock_checkouts(tx, overdue)
        orders = [order for order, _ in locked.values()]
        moves: list[store.Move] = []
        for order, checkout in locked.values():
            order.moves += 1
            moves.append(store.Move(order.id, order.moves, order.state, "expired", "not paid"))
            order.state, order.reason = OrderState.EXPIRED, REASON
            checkout.waits = False
        await store.write_orders(tx, orders, at=now)
        await store.write_moves(tx, moves, at=now)
        await write_checkouts(tx, [checkout for _, checkout in locked.values()])
        await tell_buyers(tx, [_told(order, now) for order in orders])
        await tell_resellers(desk, tx, orders, at=now)
    desk.hints.news(overdue)
    log.info("orders.expired", orders=len(overdue))
    return len(overdue)


def _told(order: store.OrderRow, at: datetime) -> Told:
    data: dict[str, str | None] = {"transaction_code": order.code, "reason": REASON}
    return told_about("payment_expired", order, at, data=data)
