"""Orders that take too long: named once to a person, and never forgotten."""

from __future__ import annotations

from datetime import timedelta

import structlog

from konter.hooks import tasks
from konter.orders.desk import OrdersDesk

log = structlog.get_logger("konter.orders")

# Locked, so that none is settled (and its task closed) between being seen and being named; those
# that are being settled just now are left for the next sweep.
STUCK = """
SELECT o.id, o.code, a.reference, a.account
FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
WHERE a.next_action_at IS NOT NULL AND a.is_current AND o.state = 'sent'
  AND a.first_sent_at <= %(since)s AND NOT EXISTS (
    SELECT FROM hooks.tasks t
    WHERE t.kind = 'stuck' AND t.subject = 'order:' || o.id AND t.closed_at IS NULL)
ORDER BY a.first_sent_at LIMIT 500
FOR NO KEY UPDATE OF o SKIP LOCKED
"""


async def find_stuck(desk: OrdersDesk) -> int:
    """Open a task for each order that is sent and undecided for too long; answers the new ones."""
    now = desk.clock.now()
    since = now - timedelta(seconds=desk.times.stuck_after)
    async with desk.db.transaction() as tx:
        rows = await tx.rows(STUCK, {"since": since})
        opened = await tasks.open_many(
            tx,
            [
                tasks.Task("stuck", f"order:{i}", f"{code}: {ref} undecided at {account}", now)
                for i, code, ref, account in rows
            ],
        )
    for kind, subject, detail in opened:
        log.warning("alert." + kind, subject=subject, detail=detail)
    return len(opened)
