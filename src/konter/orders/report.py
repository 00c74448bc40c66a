"""What an order tells its reseller, in the words of the JSON door and of Otomax.

Told are ends: success, failed, refund, and every end that comes after one. What is disputed is
between the shop, its supplier and an operator; the reseller hears of the decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from konter.db.pool import Tx
from konter.hooks import outbox
from konter.orders.desk import OrdersDesk
from konter.orders.otomax_words import REFUNDED, UNSAID, Line, dest_of, line_of
from konter.orders.read import OrderView, orders_by_id
from konter.orders.states import FINAL, PUBLIC
from konter.orders.store import OrderRow

# Of all buyers of a batch, those whose machines want to be told, and what their wallets hold after
# everything that this commit has posted so far.
LISTENING = """
SELECT m.user_id, coalesce(w.balance, 0) FROM people.members m
LEFT JOIN ledger.wallets w ON w.user_id = m.user_id
WHERE m.user_id = ANY(%(user_ids)s) AND m.callback_url IS NOT NULL
"""

SUCCESS = "Transaksi berhasil"


class OrderFacts(msgspec.Struct, frozen=True):
    """An order as a reseller's machine reads it. Money in whole rupiah; ``sn`` only of a success;
    ``balance``: the wallet's when it was written; ``qty``: the amount that was chosen of an open
    denomination, null of anything else."""

    ref_id: str
    trx_id: int
    code: str
    product: str
    customer_no: str
    status: str
    sn: str | None
    price: int
    balance: int
    message: str
    qty: int | None


def facts_of(order: OrderView, *, balance: int) -> OrderFacts:
    """The same facts for a callback and for whoever asks."""
    return OrderFacts(
        ref_id=order.ref_id,
        trx_id=order.id,
        code=order.code,
        product=order.product_code,
        customer_no=dest_of(order.target_id, order.server_id),
        status=order.public_state,
        sn=order.serial if order.public_state == "success" else None,
        price=order.price,
        balance=balance,
        message=_message(order),
        qty=order.chosen_amount,
    )


def line_about(order: OrderView, *, balance: int, at: datetime) -> str:
    """Where the order stands, as a line for Otomax."""
    line = Line(
        ref=order.ref_id,
        order_id=order.id,
        code=order.product_code,
        dest=dest_of(order.target_id, order.server_id),
        price=order.price,
        balance=balance,
        at=at,
    )
    return line_of(line, order.state, serial=order.serial, reason=order.reason)


async def tell_resellers(
    desk: OrdersDesk, tx: Tx, moved: Iterable[OrderRow], *, at: datetime
) -> bool:
    """Write down what is to be told of orders that have just moved, within the commit that moved
    them and after its money. True: something is. Where none of them ended for a buyer with an
    account it costs nothing; where none of these wants to be told, one statement by their ids."""
    ended = {o.id: o for o in moved if PUBLIC[o.state] in FINAL and not o.is_guests}
    if not ended:
        return False
    user_ids = sorted({order.user_id for order in ended.values()})
    balances = {row[0]: row[1] for row in await tx.rows(LISTENING, {"user_ids": user_ids})}
    told = [order_id for order_id, order in ended.items() if order.user_id in balances]
    if not told:
        return False
    views = await orders_by_id(tx, told)
    messages = [
        _outgoing(views[order_id], ended[order_id].moves, balances[views[order_id].user_id], at)
        for order_id in told
    ]
    await outbox.add_many(tx, desk.ids, messages, at=at)
    return True


def _outgoing(order: OrderView, seq: int, balance: int, at: datetime) -> outbox.Outgoing:
    return outbox.Outgoing(
        user_id=order.user_id,
        order_id=order.id,
        seq=seq,
        ref_id=order.ref_id,
        status=order.public_state,
        price=order.price,
        body=msgspec.json.encode(facts_of(order, balance=balance)),
        line=line_about(order, balance=balance, at=at),
    )


def _message(order: OrderView) -> str:
    match order.public_state:
        case "success":
            return SUCCESS
        case "failed":
            return order.reason or UNSAID
        case "refund":
            return REFUNDED
        case _:
            return "Transaksi sedang diproses"
