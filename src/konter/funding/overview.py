"""What the shop's people see of payments: the recent ones, and all that belongs to one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.states import Purpose

# By their times: ids are handed out in blocks, so they tell no order.
RECENT = """
SELECT p.id, p.purpose, p.purpose_id, i.shown_as, i.reference, p.gateway, p.their_id, p.state,
       p.amount, p.kept, i.amount AS asked, p.applied_to, p.on_hold, p.said, p.problem, p.paid_at,
       p.confirmed_at, p.refunded_at, p.created_at
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE %(state)s::text IS NULL OR p.state = %(state)s
ORDER BY p.created_at DESC, p.id DESC LIMIT %(most)s
"""

OF_PURPOSE = """
SELECT p.id, p.purpose, p.purpose_id, i.shown_as, i.reference, p.gateway, p.their_id, p.state,
       p.amount, p.kept, i.amount AS asked, p.applied_to, p.on_hold, p.said, p.problem, p.paid_at,
       p.confirmed_at, p.refunded_at, p.created_at
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.purpose = %(purpose)s AND p.purpose_id = %(purpose_id)s
ORDER BY p.created_at, p.id
"""

INVOICES = """
SELECT number, reference, gateway, channel, amount, surcharge, state, next_action_at, problem,
       expires_at, created_at
FROM funding.invoices WHERE purpose = %(purpose)s AND purpose_id = %(purpose_id)s
ORDER BY number
"""

REFUNDS = """
SELECT id, amount, state, because, bank, evidence, settled_by, settled_at FROM funding.refunds
WHERE purpose = %(purpose)s AND purpose_id = %(purpose_id)s ORDER BY created_at, id
"""

DEPOSIT = "SELECT id FROM funding.deposits WHERE code = %(code)s"

DEPOSITS_USER = "SELECT user_id FROM funding.deposits WHERE id = %(id)s"

PURPOSE = "SELECT purpose, purpose_id FROM funding.payments WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A transaction at a gateway; whole rupiah, times UTC. ``amount`` and ``kept`` None: it is not
    confirmed. ``said``: their last word."""

    id: int
    purpose: str
    purpose_id: int
    shown_as: str
    reference: str
    gateway: str
    their_id: str
    state: str
    amount: int | None
    kept: int | None
    asked: int
    applied_to: str | None
    on_hold: bool
    said: str | None
    problem: str | None
    paid_at: datetime | None
    confirmed_at: datetime | None
    refunded_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A request for money; whole rupiah, times UTC."""

    number: int
    reference: str
    gateway: str
    channel: str | None
    amount: int
    surcharge: int
    state: str
    next_action_at: datetime | None
    problem: str | None
    expires_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What was owed to a guest, whole rupiah, and how it was paid."""

    id: int
    amount: int
    state: str
    because: str
    bank: str | None
    evidence: str | None
    settled_by: str | None
    settled_at: datetime | None


async def recent_payments(tx: Tx, state: str | None, *, most: int) -> list[PaymentLine]:
    """The latest payments, newest first; of one state, if one is given."""
    return await tx.records(PaymentLine, RECENT, {"state": state, "most": most})


async def payments_of(tx: Tx, purpose: Purpose, purpose_id: int) -> list[PaymentLine]:
    """All transactions heard of for this purpose, oldest first."""
    return await tx.records(PaymentLine, OF_PURPOSE, _named(purpose, purpose_id))


async def invoices_of(tx: Tx, purpose: Purpose, purpose_id: int) -> list[InvoiceLine]:
    """All its links, in the order of their making."""
    return await tx.records(InvoiceLine, INVOICES, _named(purpose, purpose_id))


async def refunds_of(tx: Tx, purpose: Purpose, purpose_id: int) -> list[RefundLine]:
    return await tx.records(RefundLine, REFUNDS, _named(purpose, purpose_id))


async def deposit_coded(tx: Tx, code: str) -> int | None:
    """The deposit of this code; None: there is none."""
    row = await tx.row(DEPOSIT, {"code": code})
    return None if row is None else int(row[0])


async def user_of_deposit(tx: Tx, deposit_id: int) -> int | None:
    row = await tx.row(DEPOSITS_USER, {"id": deposit_id})
    return None if row is None else int(row[0])


async def purpose_of(tx: Tx, payment_id: int) -> tuple[Purpose, int] | None:
    """What this payment is for; None: there is none of that number."""
    row = await tx.row(PURPOSE, {"id": payment_id})
    return None if row is None else (Purpose(row[0]), int(row[1]))


def _named(purpose: Purpose, purpose_id: int) -> dict[str, object]:
    return {"purpose": purpose, "purpose_id": purpose_id}
