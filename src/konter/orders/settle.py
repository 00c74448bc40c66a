"""The one road into settlement, whether the news came as an answer, a callback or an enquiry.

A list at a time: lock, decide each, write everything in one commit. What one item does wrong
does not touch the others: the list is then settled singly.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import structlog

from konter.kernel.errors import CommitUnknown, KonterError
from konter.kernel.outcome import Absent, Rejected
from konter.orders import store
from konter.orders.desk import OrdersDesk
from konter.orders.elsewhere import other_offers
from konter.orders.noted import Work
from konter.orders.take_news import take_news
from konter.orders.tidings import Settled, Tidings
from konter.orders.write import write

log = structlog.get_logger("konter.orders")


async def settle_many(desk: OrdersDesk, tidings: Sequence[Tidings]) -> list[Settled | Exception]:
    """Settle a list in one commit; on an error each item by itself, with its own result."""
    try:
        return list(await _settle(desk, tidings))
    except (psycopg.Error, KonterError) as error:
        # Settling is idempotent by the states it finds, so an unknown commit is simply redone.
        if len(tidings) == 1 and not isinstance(error, CommitUnknown):
            log.error("orders.settle_failed", attempt=tidings[0].attempt_id, problem=str(error))
            return [error]
    results: list[Settled | Exception] = []
    for item in tidings:
        try:
            results.extend(await _settle(desk, [item]))
        except (psycopg.Error, KonterError) as error:
            log.error("orders.settle_failed", attempt=item.attempt_id, problem=str(error))
            results.append(error)
    return results


async def _settle(desk: OrdersDesk, tidings: Sequence[Tidings]) -> list[Settled]:
    async with desk.db.transaction() as tx:
        attempts, orders = await store.lock_for_news(tx, [t.attempt_id for t in tidings])
        work = Work(desk.clock.now(), attempts, orders)
        refused = {
            t.attempt_id
            for t in tidings
            if isinstance(t.news, Rejected | Absent)
            or attempts[t.attempt_id].parked_news is not None
        }
        work.offers = await other_offers(desk, tx, attempts, orders, refused=refused)
        results = [take_news(desk, work, item) for item in tidings]
        await write(desk, tx, work, tidings)
    desk.hints.news([result.order_id for result in results if result.is_news])
    if work.onward:
        desk.hints.due()
    if work.tells_resellers:
        desk.hints.told()
    return results
