"""Ending an order that was never sent: its buyer, an operator, or the deadline of held orders."""

from __future__ import annotations

from datetime import timedelta

import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Fault, Rejected
from konter.ledger.holds import Hold, end_many
from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.read import NotYours, OrderNotFound
from konter.orders.settle import never_left, settle_many
from konter.orders.states import AttemptState, OrderState
from konter.orders.tidings import Settled, Tidings, Via

log = structlog.get_logger("konter.orders")

CURRENT_ATTEMPT = """
SELECT id FROM orders.attempts WHERE order_id = %(order_id)s AND is_current
"""

# Attempts that never left, of orders held too long: a closed gate, a pause, no offer.
OVERDUE = """
SELECT a.id FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
WHERE a.next_action_at IS NOT NULL AND a.state = 'due' AND o.state = 'held' AND a.sends = 0
  AND (a.lease_until IS NULL OR a.lease_until <= %(now)s) AND o.created_at <= %(oldest)s
ORDER BY a.id LIMIT 200
"""

TOO_LATE = "Produk tidak dapat diproses tepat waktu"


class CannotCancel(Refused):
    """The order was sent already, or is over."""

    code = "cannot_cancel"
    message = "Transaksi ini sudah dikirim atau sudah selesai, tidak dapat dibatalkan"


async def cancel(desk: OrdersDesk, order_id: int, *, user_id: int | None, because: str) -> None:
    """Give the price back for an order that was never sent. ``user_id`` None: an operator asks.

    Raises OrderNotFound, NotYours, CannotCancel; a repeat raises CannotCancel.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        attempt, order = await _lock(tx, order_id)
        if user_id is not None and order.user_id != user_id:
            raise NotYours
        if not never_left(order, attempt, now):
            raise CannotCancel(state=order.state.value)
        attempt.state, attempt.next_action_at, attempt.ended_at = AttemptState.REJECTED, None, now
        attempt.message = f"cancelled: {because}"
        order.moves += 1
        move = store.Move(order.id, order.moves, order.state, OrderState.CANCELLED, because)
        order.state, order.price_at, order.reason = OrderState.CANCELLED, "buyer", "Dibatalkan"
        await store.write_attempts(tx, [attempt])
        await store.write_orders(tx, [order], at=now)
        await store.write_moves(tx, [move], at=now)
        hold = Hold(order.id, order.user_id, Rupiah(order.price), order.code, now)
        await end_many(tx, captures=[], releases=[hold], at=now)
    desk.hints.news([order_id])
    log.info("order.cancelled", order=order.code, because=because)


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


async def _lock(tx: Tx, order_id: int) -> tuple[store.AttemptRow, store.OrderRow]:
    row = await tx.row(CURRENT_ATTEMPT, {"order_id": order_id})
    if row is None:
        raise OrderNotFound
    attempts, orders = await store.lock_for_news(tx, [row[0]])
    return attempts[row[0]], orders[order_id]
