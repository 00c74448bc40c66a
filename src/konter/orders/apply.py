"""Confirmed payments reach their orders: to escrow where the order can still be fulfilled, else
back to its buyer.

A list at a time, in one commit; what one payment does wrong does not touch the others: the list is
then applied singly, and the one that cannot be waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import psycopg
import structlog

from konter.catalogue.offers import Sellable, sellables
from konter.funding.apply import Unapplied, put_off, take
from konter.funding.states import Purpose
from konter.hooks import tasks
from konter.kernel.errors import Broken, CommitUnknown, KonterError
from konter.orders.checkout_store import CheckoutRow, lock_checkouts
from konter.orders.desk import OrdersDesk
from konter.orders.judge import offers_now
from konter.orders.receipt import GivenBack, Receipts, Source, give_back, hold
from konter.orders.states import OrderState
from konter.orders.store import OrderRow
from konter.orders.write_receipts import write_receipts

log = structlog.get_logger("konter.orders")

TRY_AGAIN = timedelta(seconds=60)

LAPSED = frozenset({OrderState.EXPIRED, OrderState.CANCELLED})


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
        sold = await sellables(tx, sorted({order.product_id for order, _ in locked.values()}))
        for payment in payments:
            if payment.purpose_id not in locked:
                raise Broken("a payment for an order that is not there", payment=payment.id)
            order, checkout = locked[payment.purpose_id]
            _decide(desk, work, payment, order=order, checkout=checkout, sold=sold)
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
    sold: Mapping[int, Sellable],
) -> None:
    """What this payment does. An order is held once, by the first payment that covers it."""
    if checkout.paid_at is not None:
        give_back(work, payment, order, GivenBack.TWICE)
    elif payment.amount < order.price + payment.surcharge:
        give_back(work, payment, order, GivenBack.TOO_LITTLE)
    else:
        source = _source(desk, work, order, checkout, sold=sold)
        if source is None:
            give_back(work, payment, order, GivenBack.TOO_LATE)
        else:
            hold(work, payment, order=order, checkout=checkout, source=source)


def _source(
    desk: OrdersDesk,
    work: Receipts,
    order: OrderRow,
    checkout: CheckoutRow,
    *,
    sold: Mapping[int, Sellable],
) -> Source | None:
    """Where to buy: the best offer now, else the one it was sold at. None: the order has ended and
    is not sold any more at its price."""
    sellable = sold.get(order.product_id)
    offers = offers_now(desk, sellable, order.price, work.at) if sellable else []
    has_ended = order.state in LAPSED
    if has_ended and (sellable is None or not sellable.is_active or not offers):
        return None
    if not offers:
        return Source(checkout.account, checkout.sku, checkout.customer_no, checkout.expected_cost)
    best = offers[0]
    parts = (order.target_id, order.server_id) if order.server_id else (order.target_id,)
    customer_no = desk.providers[best.account].join(parts, order.product_brand)
    return Source(best.account, best.sku, customer_no, best.cost.amount)


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
