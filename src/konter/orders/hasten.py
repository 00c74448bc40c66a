"""A person's refresh: the question is brought forward, never asked from here.

No sooner than the least gap after the last call ended, so that impatience cannot break the
upstream's rule; the answer comes by the worker.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from konter.orders.desk import OrdersDesk

HASTEN = """
UPDATE orders.attempts SET next_action_at = least(next_action_at,
    greatest(%(now)s, coalesce(last_call_at + %(gap)s, %(now)s)))
WHERE order_id = %(order_id)s AND is_current AND next_action_at IS NOT NULL
  AND (lease_until IS NULL OR lease_until <= %(now)s)
RETURNING next_action_at
"""


async def hasten(desk: OrdersDesk, order_id: int) -> datetime | None:
    """Bring the next question forward as far as the rules allow; answers when it is due.

    None: nothing to ask any more, or a question is under way just now. Repeats change nothing.
    """
    now = desk.clock.now()
    facts = {
        "order_id": order_id,
        "now": now,
        "gap": timedelta(seconds=desk.times.enquiry_min_gap),
    }
    async with desk.db.transaction() as tx:
        row = await tx.row(HASTEN, facts)
    if row is None:
        return None
    due: datetime = row[0]
    if due <= now:
        desk.hints.due()
    return due
