"""Paying a bill: what was checked becomes an order, held and due, in one commit.

It is paid under the check that found it, on the day of that check and for its amount, or not at
all. A refusal leaves nothing behind: the same reference may pay later.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from konter.kernel.errors import CommitUnknown, Refused
from konter.orders import bill_store as store
from konter.orders.bear_bill import bear_bill
from konter.orders.bill_asks import BillPayment, clean_payment
from konter.orders.bill_shelf import bill_for, breakers_of
from konter.orders.bills import BillView, view_of
from konter.orders.desk import OrdersDesk
from konter.orders.judge_payment import BillNotChecked, objection
from konter.orders.member_terms import past_the_day, take_turns
from konter.orders.read import OrderView, orders_by_id
from konter.orders.requests import RefReused
from konter.suppliers.breaker import take_probes

log = structlog.get_logger("konter.orders")


@dataclass(frozen=True, slots=True)
class PaidBill:
    """A payment as its member is told of it. ``replayed``: it was taken before. ``balance``: the
    wallet's afterwards, where it was taken just now; whole rupiah."""

    bill: BillView
    order: OrderView
    replayed: bool
    balance: int | None = None


async def pay_bill(desk: OrdersDesk, payment: BillPayment) -> PaidBill:
    """Take a payment; a repeat of it answers its order as it stands, and pays nothing.

    Raises Invalid, RefReused, BillNotChecked, BillExpired, BillAmountDiffers, BillTooDear,
    BillPaid, BillBeingPaid, BillSoldToday, ProductUnknown, ProductNotAdmitted, ProductClosed,
    OrderLimitReached, AmountLimitReached, NotEnoughBalance, AccountBlocked; CommitUnknown: ask by
    the reference.
    """
    payment = clean_payment(payment)
    try:
        paid = await _pay(desk, payment)
    except CommitUnknown:
        log.warning("bill.commit_unknown")
        paid = await _reread(desk, payment)
    if not paid.replayed:
        desk.hints.due()
    log.info("bill.paid", order=paid.order.code, replayed=paid.replayed)
    return paid


async def _pay(desk: OrdersDesk, payment: BillPayment) -> PaidBill:
    member, now = payment.member, desk.clock.now()
    async with desk.db.transaction() as tx:
        await take_turns(tx, [member.user_id])
        bill = await store.lock_bill(tx, member.user_id, payment.ref_id)
        if bill is None:
            taken = await store.ref_is_taken(tx, member.user_id, payment.ref_id)
            raise RefReused(ref_id=payment.ref_id) if taken else BillNotChecked()
        if bill.order_id is not None:
            if bill.pay_fingerprint != payment.fingerprint:
                raise RefReused(ref_id=payment.ref_id)
            order = (await orders_by_id(tx, [bill.order_id]))[bill.order_id]
            return PaidBill(view_of(bill), order, replayed=True)
        if (wrong := objection(desk, bill, payment, now=now)) is not None:
            raise wrong
        product = await bill_for(desk, tx, member.limits, bill.product_code, at=now)
        if isinstance(product, Refused):
            raise product
        price = bill.total or 0
        if (
            over := await past_the_day(tx, member.user_id, member.limits, price, at=now)
        ) is not None:
            raise over
        await take_probes(tx, breakers_of(product), at=now, limits=desk.breaker)
        placed = await bear_bill(desk, tx, bill, payment.fingerprint, at=now)
    return PaidBill(view_of(bill), placed.order, False, placed.balance)


async def _reread(desk: OrdersDesk, payment: BillPayment) -> PaidBill:
    """After a commit of unknown end: what stands. Raises CommitUnknown where nothing does."""
    async with desk.db.read() as tx:
        bill = await store.find_bill(tx, payment.member.user_id, payment.ref_id)
        if bill is None or bill.order_id is None or bill.pay_fingerprint != payment.fingerprint:
            raise CommitUnknown
        order = (await orders_by_id(tx, [bill.order_id]))[bill.order_id]
    return PaidBill(view_of(bill), order, replayed=True)
