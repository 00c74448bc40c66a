"""After a restore from backup: what may have been sent since must be asked, not sent as new."""

from __future__ import annotations

from datetime import datetime

import structlog

from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.states import AttemptState, OrderState

log = structlog.get_logger("konter.orders")

MAY_HAVE_LEFT = """
SELECT id FROM orders.attempts
WHERE next_action_at IS NOT NULL AND state = 'due' AND created_at <= %(since)s
ORDER BY id LIMIT 500
"""


async def doubt_since(desk: OrdersDesk, since: datetime) -> int:
    """Treat every attempt that could have been claimed since ``since`` (the backup's time) as sent
    with an unknown answer; answers how many. A repeat finds none left.

    It is then asked about: a refusal that would prove nothing was bought only in the answer to a
    first call ends it no more.
    """
    total = 0
    while found := await _doubt_some(desk, since):
        total += found
    log.warning("orders.doubted", attempts=total, since=since.isoformat())
    return total


async def _doubt_some(desk: OrdersDesk, since: datetime) -> int:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        ids = [row[0] for row in await tx.rows(MAY_HAVE_LEFT, {"since": since})]
        attempts, orders = await store.lock_for_news(tx, ids)
        moves: list[store.Move] = []
        for attempt in attempts.values():
            attempt.state, attempt.next_action_at = AttemptState.OPEN, now
            attempt.sends = max(attempt.sends, 1)
            attempt.first_sent_at = attempt.first_sent_at or since
            attempt.message = "restored from a backup: may have been sent since"
            order = orders[attempt.order_id]
            if order.state is OrderState.HELD:
                order.moves += 1
                moves.append(store.Move(order.id, order.moves, "held", "sent", "restored"))
                order.state = OrderState.SENT
        await store.write_attempts(tx, list(attempts.values()))
        await store.write_orders(tx, list(orders.values()), at=now)
        await store.write_moves(tx, moves, at=now)
    return len(ids)
