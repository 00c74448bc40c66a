"""The deadline of held orders: one that was not sent by then fails, and its price goes back."""

from __future__ import annotations

from datetime import timedelta

from konter.kernel.outcome import Fault, Rejected
from konter.orders.desk import OrdersDesk
from konter.orders.settle import settle_many
from konter.orders.states import OrderState
from konter.orders.tidings import Settled, Tidings, Via

# Attempts that never left, of orders held too long: a closed gate, a pause, no offer; and bills
# whose check is over. An order is held since its first attempt was written down.
OVERDUE = """
SELECT a.id FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
WHERE a.next_action_at IS NOT NULL AND a.state = 'due' AND o.state = 'held' AND a.sends = 0
  AND (a.lease_until IS NULL OR a.lease_until <= %(now)s)
  AND (a.send_by <= %(now)s OR (o.created_at <= %(oldest)s AND (
    SELECT f.created_at FROM orders.attempts f
    WHERE f.order_id = o.id AND f.number = 1) <= %(oldest)s))
ORDER BY a.id LIMIT 200
"""

TOO_LATE = "Produk tidak dapat diproses tepat waktu"


async def end_overdue(desk: OrdersDesk) -> int:
    """Fail and refund orders held past their deadline; answers how many. Run by the timetable."""
    now = desk.clock.now()
    oldest = now - timedelta(seconds=desk.times.held_deadline)
    async with desk.db.read() as tx:
        overdue = [row[0] for row in await tx.rows(OVERDUE, {"now": now, "oldest": oldest})]
    refusal = Rejected(Fault.OTHER, formed=False, reason=TOO_LATE)
    settled = await settle_many(
        desk, [Tidings(attempt_id, refusal, Via.DEADLINE, now) for attempt_id in overdue]
    )
    return sum(isinstance(s, Settled) and s.state is OrderState.FAILED for s in settled)
