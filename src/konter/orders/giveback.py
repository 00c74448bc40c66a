"""Money on its way back to buyers: to the wallet at once; a guest is owed it (``refunds_due``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.refund import Owed, owe_many
from konter.funding.states import Purpose
from konter.kernel.money import Rupiah
from konter.ledger.holds import Hold, end_many
from konter.orders.desk import OrdersDesk
from konter.orders.store import OrderRow


def owed_for(order: OrderRow, *, key: str, amount: Rupiah, because: str) -> list[Owed]:
    """What the transfer ``key`` to ``refunds_due`` owes to an order's guest; nothing to a user,
    whose wallet it went to."""
    if not order.is_guests:
        return []
    return [Owed(key, Purpose.ORDER, order.id, order.code, amount, because)]


async def owe_price(
    desk: OrdersDesk, tx: Tx, order: OrderRow, *, key: str, because: str, at: datetime
) -> None:
    """Write down that the transfer ``key`` owes an order's whole price to its guest, in the commit
    that posts it; of a user's order nothing. A repeat does nothing."""
    owed = owed_for(order, key=key, amount=Rupiah(order.price), because=because)
    await owe_many(desk.funding, tx, owed, at=at)


async def release(desk: OrdersDesk, tx: Tx, order: OrderRow, *, at: datetime) -> None:
    """The whole price leaves escrow for the buyer. A repeat does nothing."""
    hold = Hold(order.id, order.user_id, Rupiah(order.price), order.code, at)
    await end_holds(desk, tx, captures=[], releases=[hold], orders={order.id: order}, at=at)


async def end_holds(
    desk: OrdersDesk,
    tx: Tx,
    *,
    captures: Sequence[Hold],
    releases: Sequence[Hold],
    orders: Mapping[int, OrderRow],
    at: datetime,
) -> None:
    """Escrow to sales, or back to the buyer, with what that owes to guests. ``orders``: those of
    the releases, by id, as they stand afterwards. A repeat does nothing."""
    await end_many(tx, captures=captures, releases=releases, at=at)
    owed: list[Owed] = []
    for hold in releases:
        order = orders[hold.order_id]
        why = order.reason or order.state.value
        owed += owed_for(order, key=f"end:{order.id}", amount=hold.amount, because=why)
    await owe_many(desk.funding, tx, owed, at=at)
