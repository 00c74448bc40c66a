"""One commit of settlement: everything that was noted, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence

from konter.db.pool import Tx
from konter.hooks import inbox
from konter.ledger.post import post
from konter.orders import store
from konter.orders.announce import announce
from konter.orders.blame import write_blame
from konter.orders.desk import OrdersDesk
from konter.orders.giveback import end_holds
from konter.orders.noted import Work
from konter.orders.onward import next_attempts
from konter.orders.tidings import Tidings
from konter.suppliers import exchanges


async def write(desk: OrdersDesk, tx: Tx, work: Work, tidings: Sequence[Tidings]) -> None:
    """Everything of one commit. Attempts that stop being current make way before new ones come."""
    work.tasks += await write_blame(desk, tx, work.blame, at=work.at)
    new_attempts = await next_attempts(desk, tx, work)
    await store.write_attempts(tx, list(work.attempts.values()))
    await store.insert_attempts(tx, new_attempts, at=work.at)
    await store.write_orders(tx, list(work.orders.values()), at=work.at)
    await store.write_moves(tx, work.moves, at=work.at)
    await end_holds(
        desk,
        tx,
        captures=work.captures,
        releases=work.releases,
        orders=work.orders,
        at=work.at,
    )
    await post(tx, work.costs, at=work.at)
    await announce(desk, tx, work)
    await exchanges.keep(tx, [t.exchange for t in tidings if t.exchange is not None])
    heard = [
        inbox.Finished(t.message, "handled", type(t.news).__name__)
        for t in tidings
        if t.message is not None
    ]
    await inbox.finish(tx, heard, at=work.at)
