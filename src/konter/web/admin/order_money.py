"""Where an order's money went: our books, and what gateways said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from konter.db.pool import Tx
from konter.funding.overview import (
    InvoiceLine,
    PaymentLine,
    RefundLine,
    invoices_of,
    payments_of,
    refunds_of,
)
from konter.funding.states import Purpose
from konter.ledger.read import Entry, of_order


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """``entries``: of the ledger, oldest first; the rest as the gateways' links tell it."""

    entries: Sequence[Entry]
    invoices: Sequence[InvoiceLine]
    payments: Sequence[PaymentLine]
    refunds: Sequence[RefundLine]


async def money_of(tx: Tx, order_id: int) -> OrderMoney:
    return OrderMoney(
        await of_order(tx, order_id),
        await invoices_of(tx, Purpose.ORDER, order_id),
        await payments_of(tx, Purpose.ORDER, order_id),
        await refunds_of(tx, Purpose.ORDER, order_id),
    )
