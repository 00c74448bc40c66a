"""Confirmed payments reach their orders: to escrow where the order can still be fulfilled, else
back to its buyer.

A list at a time, in one commit; what one payment does wrong does not touch the others: the list is
then applied singly, and the one that cannot be waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog

from konter.funding.apply import Unapplied, take
from konter.funding.apply_each import apply_each
from konter.funding.states import Purpose
from konter.kernel.errors import Broken
from konter.orders.checkout_store import CheckoutRow, lock_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.receipt import GivenBack, Receipts, Source, give_back, give_up, hold
from konter.orders.source import LAPSED, Market, close_market, open_market, source_of
from konter.orders.store import OrderRow
from konter.orders.write_receipts import write_receipts

log = structlog.get_logger("konter.orders")


async def apply_payments(desk: OrdersDesk, payment_ids: Sequence[int]) -> int:
    """Apply these confirmed payments; answers how many were. Those that somebody else has applied,
    or is applying, are passed over, so a repeat does nothing. One that fails is put off a minute,
    with a task for an operator."""
    return await apply_each(
        payment_ids,
        partial(_apply, desk),
        said="an order's payment could not be applied",
        db=desk.db,
        clock=desk.clock,
        log=log,
    )


async def _apply(desk: OrdersDesk, payment_ids: Sequence[int]) -> int:
    work = Receipts(desk.clock.now())
    async with desk.db.transaction() as tx:
        payments = await take(tx, Purpose.ORDER, payment_ids)
        if not payments:
            return 0
        locked = await lock_checkouts(tx, [payment.purpose_id for payment in payments])
        orders = (order for order, _ in locked.values())
        market = await open_market(desk, tx, orders, at=work.at)
        for payment in payments:
            if payment.purpose_id not in locked:
                raise Broken("a payment for an order that is not there", payment=payment.id)
            order, checkout = locked[payment.purpose_id]
            _decide(desk, work, payment, order=order, checkout=checkout, market=market)
        await close_market(desk, tx, market)
        await write_receipts(desk, tx, work)
    if work.begun:
        desk.hints.due()
    desk.hints.news(sorted(locked))
    for payment in payments:
        order, _ = locked[payment.purpose_id]
        log.info("order.paid", order=order.code, payment=payment.id, state=order.state.value)
    return len(payments)


def _decide(
    desk: OrdersDesk,
    work: Receipts,
    payment: Unapplied,
    *,
    order: OrderRow,
    checkout: CheckoutRow,
    market: Market,
) -> None:
    """What this payment does. An order is held once, by the first payment that covers it."""
    if checkout.paid_at is not None:
        give_back(work, payment, order, GivenBack.TWICE)
    elif payment.amount < order.price + payment.surcharge:
        give_back(work, payment, order, GivenBack.TOO_LITTLE)
    else:
        source = source_of(desk, market, order, checkout)
        if isinstance(source, Source):
            hold(work, payment, order=order, checkout=checkout, source=source)
            return
        if order.state not in LAPSED:
            give_up(work, order, checkout, source)
        give_back(work, payment, order, source)
