"""Ending an order that was never sent, for its buyer or an operator.

One that still awaits its payment is ended as well; a link of it that is paid all the same is a late
payment.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.orders import store
from konter.orders.checkout_store import lock_checkouts, money_arrived, write_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.giveback import release
from konter.orders.read import NotYours, OrderNotFound
from konter.orders.report import tell_resellers
from konter.orders.states import AttemptState, OrderState
from konter.people.audit import Deed, note_if

log = structlog.get_logger("konter.orders")

CURRENT_ATTEMPT = """
SELECT id FROM orders.attempts WHERE order_id = %(order_id)s AND is_current
"""


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
    deed: Deed | None = None,
) -> None:
    """Give the price back for an order that was never sent, if it was paid. ``user_id`` None: an
    operator asks; GUEST: whoever asks has shown the order's token. ``deed``: noted with it.

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
        await note_if(tx, deed, at=now)
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
