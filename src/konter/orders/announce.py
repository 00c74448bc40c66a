"""Who is told of what a commit settles: buyers, resellers' machines, the people of the shop."""

from __future__ import annotations

from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.hooks import tasks
from konter.orders.desk import OrdersDesk
from konter.orders.guest_contacts import tell_buyers
from konter.orders.noted import Work
from konter.orders.report import tell_resellers
from konter.orders.store import OrderRow
from konter.orders.tell_buyer import told_of

log = structlog.get_logger("konter.orders")


async def announce(desk: OrdersDesk, tx: Tx, work: Work) -> None:
    """Within the commit, once its money has moved: what is told names the balance it left."""
    await tell_buyers(tx, work.told)
    moved = {move.order_id: work.orders[move.order_id] for move in work.moves}
    work.tells_resellers = await tell_resellers(desk, tx, moved.values(), at=work.at)
    ended = [f"order:{order_id}" for order_id in work.ended]
    await tasks.close_many(tx, ended, at=work.at, by="settled", kind="stuck")
    for kind, subject, detail in await tasks.open_many(tx, work.tasks):
        log.warning("alert." + kind, subject=subject, detail=detail)


async def announce_decision(
    desk: OrdersDesk, tx: Tx, order: OrderRow, *, at: datetime, by: str
) -> None:
    """Within the commit of a person's decision about an order: nothing is left to look at."""
    await tell_resellers(desk, tx, [order], at=at)
    await tell_buyers(tx, told_of(order, at))
    await tasks.close_many(tx, [f"order:{order.id}"], at=at, by=by)
