"""After a restore from backup: what may have been sent since must be asked, not sent as new."""

from __future__ import annotations

from datetime import datetime

import structlog

from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.states import AttemptState, OrderState
from konter.suppliers.gate import shop_pause

log = structlog.get_logger("konter.orders")

MAY_HAVE_LEFT = """
SELECT id FROM orders.attempts
WHERE next_action_at IS NOT NULL AND state = 'due' AND created_at <= %(until)s
ORDER BY id LIMIT 500
"""


async def doubt_since(desk: OrdersDesk, since: datetime) -> int:
    """Treat every attempt that could have been claimed since ``since`` (the backup's time) as sent
    with an unknown answer; answers how many. A repeat finds none left.

    These are all that wait to be sent, except those placed after the shop was paused. They are
    asked about: a refusal that proves that nothing was bought only in the answer to a first call
    proves it no more.
    """
    async with desk.db.read() as tx:
        paused = await shop_pause(tx)
    until = paused.since if paused else desk.clock.now()
    total = 0
    while found := await _doubt_some(desk, since, until):
        total += found
    log.warning("orders.doubted", attempts=total, since=since.isoformat())
    return total


async def _doubt_some(desk: OrdersDesk, since: datetime, until: datetime) -> int:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        ids = [row[0] for row in await tx.rows(MAY_HAVE_LEFT, {"until": until})]
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
