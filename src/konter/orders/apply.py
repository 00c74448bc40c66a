"""Confirmed payments reach their orders: to escrow where the order can still be fulfilled, else
back to its buyer.

A list at a time, in one commit; what one payment does wrong does not touch the others: the list is
then applied singly, and the one that cannot be waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import psycopg
import structlog

from konter.funding.apply import Unapplied, put_off, take
from konter.funding.states import Purpose
from konter.hooks import tasks
from konter.kernel.errors import Broken, CommitUnknown, KonterError
from konter.orders.checkout_store import CheckoutRow, lock_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.receipt import GivenBack, Receipts, Source, give_back, give_up, hold
from konter.orders.source import LAPSED, Market, close_market, open_market, source_of
from konter.orders.store import OrderRow
from konter.orders.write_receipts import write_receipts

log = structlog.get_logger("konter.orders")

TRY_AGAIN = timedelta(seconds=60)


async def apply_payments(desk: OrdersDesk, payment_ids: Sequence[int]) -> int:
    """Apply these confirmed payments; answers how many were. Those that somebody else has applied,
    or is applying, are passed over, so a repeat does nothing. One that fails is put off a minute,
    with a task for an operator."""
    try:
        return await _apply(desk, payment_ids)
    except (psycopg.Error, KonterError) as error:
        # Applying goes by the states it finds, so a commit of unknown end is simply redone.
        if len(payment_ids) == 1 and not isinstance(error, CommitUnknown):
            await _put_off(desk, payment_ids[0], error)
            return 0
    applied = 0
    for payment_id in payment_ids:
        try:
            applied += await _apply(desk, [payment_id])
        except (psycopg.Error, KonterError) as error:
            await _put_off(desk, payment_id, error)
    return applied


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


async def _put_off(desk: OrdersDesk, payment_id: int, error: Exception) -> None:
    now = desk.clock.now()
    problem = (str(error).splitlines() or [type(error).__name__])[0]
    detail = f"an order's payment could not be applied: {problem}"
    task = tasks.Task("payment_stuck", f"payment:{payment_id}", detail, now)
    async with desk.db.transaction() as tx:
        await put_off(tx, payment_id, until=now + TRY_AGAIN, problem=problem)
        opened = await tasks.open_many(tx, [task])
    for kind, subject, said in opened:
        log.warning("alert." + kind, subject=subject, detail=said)
