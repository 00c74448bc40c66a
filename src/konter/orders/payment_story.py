"""How an order or a deposit is being paid: its links, what was paid, what is owed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from konter.db.pool import Tx
from konter.funding.overview import (
    InvoiceLine,
    PaymentLine,
    RefundLine,
    deposit_coded,
    invoices_of,
    payments_of,
    purpose_of,
    refunds_of,
    user_of_deposit,
)
from konter.funding.payment import PaymentNotFound
from konter.funding.states import Purpose
from konter.kernel.errors import NotFound
from konter.kernel.wire_types import Exchange
from konter.orders.read import id_of_code, orders_by_id
from konter.suppliers.exchanges import of_reference


@dataclass(frozen=True, slots=True)
class PaymentStory:
    """All that gateways were asked and told about one purpose."""

    invoices: Sequence[InvoiceLine]
    payments: Sequence[PaymentLine]
    refunds: Sequence[RefundLine]
    exchanges: Sequence[Exchange]


async def read_story_of(tx: Tx, code: str) -> PaymentStory:
    """By an order's code or a deposit's. Raises OrderNotFound."""
    deposit_id = await deposit_coded(tx, code)
    if deposit_id is not None:
        return await read_payment_story(tx, Purpose.DEPOSIT, deposit_id)
    return await read_payment_story(tx, Purpose.ORDER, await id_of_code(tx, code))


async def read_payment_story(tx: Tx, purpose: Purpose, purpose_id: int) -> PaymentStory:
    invoices = await invoices_of(tx, purpose, purpose_id)
    return PaymentStory(
        invoices,
        await payments_of(tx, purpose, purpose_id),
        await refunds_of(tx, purpose, purpose_id),
        await of_reference(tx, [invoice.reference for invoice in invoices]),
    )


async def story_around(tx: Tx, payment_id: int) -> tuple[PaymentLine, PaymentStory]:
    """One payment, and all about what it is for. Raises PaymentNotFound."""
    found = await purpose_of(tx, payment_id)
    if found is None:
        raise PaymentNotFound(payment=payment_id)
    story = await read_payment_story(tx, *found)
    return next(line for line in story.payments if line.id == payment_id), story


async def buyer_of_payment(tx: Tx, payment_id: int) -> int:
    """Whose payment this is: GUEST for a guest's. Raises PaymentNotFound, NotFound."""
    found = await purpose_of(tx, payment_id)
    if found is None:
        raise PaymentNotFound(payment=payment_id)
    purpose, purpose_id = found
    if purpose is Purpose.DEPOSIT:
        user_id = await user_of_deposit(tx, purpose_id)
    else:
        order = (await orders_by_id(tx, [purpose_id])).get(purpose_id)
        user_id = None if order is None else order.user_id
    if user_id is None:
        raise NotFound(f"{purpose} {purpose_id} tidak ditemukan")
    return user_id
