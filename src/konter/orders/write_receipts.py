"""One commit of applied payments: everything that was noted, in a fixed number of statements."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.funding.apply import mark_applied
from konter.funding.refund import owe_many
from konter.hooks import tasks
from konter.kernel.clock import business_date
from konter.ledger.post import post
from konter.orders import store
from konter.orders.checkout_store import write_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.guest_contacts import tell_buyers
from konter.orders.receipt import Receipts
from konter.orders.report import tell_resellers

# An upstream that sells once a day counts the day it is asked, not the day the order was made.
SELL_TODAY = """
UPDATE orders.orders SET business_date = %(today)s
WHERE id = ANY(%(ids)s) AND business_date <> %(today)s
"""


async def write_receipts(desk: OrdersDesk, tx: Tx, work: Receipts) -> None:
    """Everything of one commit, on orders and payments locked by this transaction."""
    orders = [order for order, _ in work.begun]
    await store.write_orders(tx, [*orders, *work.given_up], at=work.at)
    if orders:
        facts = {"ids": [order.id for order in orders], "today": business_date(work.at)}
        await tx.run(SELL_TODAY, facts)
    await store.write_moves(tx, work.moves, at=work.at)
    await store.insert_attempts(tx, await _first_attempts(desk, tx, work), at=work.at)
    await write_checkouts(tx, work.checkouts)
    await post(tx, work.transfers, at=work.at)
    await owe_many(desk.funding, tx, work.owed, at=work.at)
    await mark_applied(tx, work.applied, at=work.at)
    if work.given_up:
        await tell_resellers(desk, tx, work.given_up, at=work.at)
    await tell_buyers(tx, work.told)
    done = [f"payment:{payment_id}" for payment_id, _ in work.applied]
    await tasks.close_many(tx, done, at=work.at, by="applied", kind="payment_stuck")


async def _first_attempts(desk: OrdersDesk, tx: Tx, work: Receipts) -> list[store.NewAttempt]:
    """Due at once. The most that may be charged leaves the least margin."""
    new_ids = await desk.ids.take(tx, len(work.begun))
    return [
        store.NewAttempt(
            id=new_id,
            order_id=order.id,
            number=1,
            reference=order.code,
            account=source.account,
            sku=source.sku,
            customer_no=source.customer_no,
            expected_cost=source.cost,
            max_price=order.price - desk.minimum_margin.amount,
            next_action_at=work.at,
        )
        for new_id, (order, source) in zip(new_ids, work.begun, strict=True)
    ]
