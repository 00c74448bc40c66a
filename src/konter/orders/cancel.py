"""Ending an order that was never sent: its buyer, an operator, or the deadline of held orders.

One that still awaits its payment is ended as well; a link of it that is paid all the same is a late
payment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from konter.db.pool import Also, Tx
from konter.kernel.errors import Refused
from konter.kernel.outcome import Fault, Rejected
from konter.orders import store
from konter.orders.checkout_store import lock_checkouts, money_arrived, write_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.giveback import release
from konter.orders.read import NotYours, OrderNotFound
from konter.orders.report import tell_resellers
from konter.orders.settle import settle_many
from konter.orders.states import AttemptState, OrderState
from konter.orders.tidings import Settled, Tidings, Via

log = structlog.get_logger("konter.orders")

CURRENT_ATTEMPT = """
SELECT id FROM orders.attempts WHERE order_id = %(order_id)s AND is_current
"""

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


class CannotCancel(Refused):
    """The order was sent already, or is over, or its payment has just come."""

    code = "cannot_cancel"
    message = "Transaksi ini sudah dikirim atau sudah selesai, tidak dapat dibatalkan"


async def cancel(
    desk: OrdersDesk,
    order_id: int,
    *,
    user_id: int | None,
    because: str,
    also: Also | None = None,
) -> None:
    """Give the price back for an order that was never sent, if it was paid. ``user_id`` None: an
    operator asks; GUEST: whoever asks has shown the order's token. ``also``: in the same commit.

    Raises OrderNotFound, NotYours, CannotCancel; a repeat raises CannotCancel.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        row = await tx.row(CURRENT_ATTEMPT, {"order_id": order_id})
        if row is None:
            code = await _cancel_unpaid(
                desk, tx, order_id, user_id=user_id, because=because, at=now
            )
        else:
            code = await _cancel_held(desk, tx, row[0], user_id=user_id, because=because, at=now)
        if also is not None:
            await also(tx)
    desk.hints.news([order_id])
    log.info("order.cancelled", order=code, because=because)


async def _cancel_unpaid(
    desk: OrdersDesk, tx: Tx, order_id: int, *, user_id: int | None, because: str, at: datetime
) -> str:
    """Answers the order's code. A payment that has come, and waits to be applied, is no end."""
    locked = (await lock_checkouts(tx, [order_id])).get(order_id)
    if locked is None:
        raise OrderNotFound
    order, checkout = locked
    if user_id is not None and order.user_id != user_id:
        raise NotYours
    if order.state is not OrderState.AWAITING_PAYMENT or await money_arrived(tx, [order_id]):
        raise CannotCancel(state=order.state.value)
    checkout.waits = False
    await _move_to_cancelled(tx, order, because=because, at=at)
    await write_checkouts(tx, [checkout])
    await tell_resellers(desk, tx, [order], at=at)
    return order.code


async def _cancel_held(
    desk: OrdersDesk, tx: Tx, attempt_id: int, *, user_id: int | None, because: str, at: datetime
) -> str:
    """Answers the order's code."""
    attempts, orders = await store.lock_for_news(tx, [attempt_id])
    attempt = attempts[attempt_id]
    order = orders[attempt.order_id]
    if user_id is not None and order.user_id != user_id:
        raise NotYours
    if not store.never_left(order, attempt, at):
        raise CannotCancel(state=order.state.value)
    attempt.state, attempt.next_action_at, attempt.ended_at = AttemptState.REJECTED, None, at
    attempt.message = f"cancelled: {because}"
    await store.write_attempts(tx, [attempt])
    await _move_to_cancelled(tx, order, because=because, at=at)
    await release(desk, tx, order, at=at)
    await tell_resellers(desk, tx, [order], at=at)
    return order.code


async def _move_to_cancelled(tx: Tx, order: store.OrderRow, *, because: str, at: datetime) -> None:
    order.moves += 1
    move = store.Move(order.id, order.moves, order.state, OrderState.CANCELLED, because)
    order.state, order.price_at, order.reason = OrderState.CANCELLED, "buyer", "Dibatalkan"
    await store.write_orders(tx, [order], at=at)
    await store.write_moves(tx, [move], at=at)


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
