"""Payments' rows as a gateway's word changes them: locked, changed in memory, written at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from konter.db.pool import Tx
from konter.funding.states import PaymentState, Purpose
from konter.upstreams.gateway_contract import FeeOn

# Invoices before payments, each in id order, as everybody locks them who needs both.
LOCK_INVOICES = """
SELECT i.id FROM funding.invoices i
WHERE i.id IN (SELECT p.invoice_id FROM funding.payments p WHERE p.id = ANY(%(ids)s))
ORDER BY i.id FOR NO KEY UPDATE OF i
"""

LOCK_PAYMENTS = """
SELECT p.id, p.invoice_id, p.gateway, p.their_id, p.purpose, p.purpose_id, p.state,
       p.next_action_at, p.lease_until, p.fence, p.asks, p.last_asked_at, p.said, p.problem,
       p.amount, p.kept, p.charged, p.on_hold, p.paid_at, p.confirmed_at, p.refunded_at,
       i.reference, i.shown_as, i.amount AS asked, i.fee_on, i.fee AS told_fee,
       i.charged AS told_charged, i.created_at AS invoiced_at, i.expires_at
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.id = ANY(%(ids)s) ORDER BY p.id FOR NO KEY UPDATE OF p
"""

WRITE_PAYMENTS = """
UPDATE funding.payments p SET state = n.state, next_action_at = n.next_action_at,
    lease_until = n.lease_until, asks = n.asks, last_asked_at = n.last_asked_at, said = n.said,
    problem = n.problem, amount = n.amount, kept = n.kept, charged = n.charged,
    on_hold = n.on_hold, paid_at = n.paid_at, confirmed_at = n.confirmed_at,
    refunded_at = n.refunded_at
FROM unnest(%(id)s::bigint[], %(state)s::text[], %(next_action_at)s::timestamptz[],
    %(lease_until)s::timestamptz[], %(asks)s::integer[], %(last_asked_at)s::timestamptz[],
    %(said)s::text[], %(problem)s::text[], %(amount)s::bigint[], %(kept)s::bigint[],
    %(charged)s::bigint[], %(on_hold)s::boolean[], %(paid_at)s::timestamptz[],
    %(confirmed_at)s::timestamptz[], %(refunded_at)s::timestamptz[])
    AS n (id, state, next_action_at, lease_until, asks, last_asked_at, said, problem, amount, kept,
          charged, on_hold, paid_at, confirmed_at, refunded_at)
WHERE p.id = n.id
"""

WRITTEN: Final = (
    "id",
    "state",
    "next_action_at",
    "lease_until",
    "asks",
    "last_asked_at",
    "said",
    "problem",
    "amount",
    "kept",
    "charged",
    "on_hold",
    "paid_at",
    "confirmed_at",
    "refunded_at",
)

# Nothing more is looked for, or made, once a payment of it has come.
END_INVOICES = """
UPDATE funding.invoices SET state = 'ended', next_action_at = NULL, lease_until = NULL
WHERE id = ANY(%(ids)s) AND state <> 'ended'
"""

CONFIRMED_THERE = """
SELECT p.gateway, p.their_id
FROM unnest(%(gateway)s::text[], %(their_id)s::text[]) AS n (gateway, their_id)
JOIN funding.payments p ON p.gateway = n.gateway AND p.their_id = n.their_id
WHERE p.confirmed_at IS NOT NULL
"""


@dataclass(slots=True)
class PaymentRow:
    """One payment, locked by this transaction, and what its invoice says; whole rupiah.

    ``asked``, ``told_fee``, ``told_charged``: the invoice's own amount, and what its creation told
    of the gateway's fee and of what the buyer was to pay.
    """

    id: int
    invoice_id: int
    gateway: str
    their_id: str
    purpose: Purpose
    purpose_id: int
    state: PaymentState
    next_action_at: datetime | None
    lease_until: datetime | None
    fence: int
    asks: int
    last_asked_at: datetime | None
    said: str | None
    problem: str | None
    amount: int | None
    kept: int | None
    charged: int | None
    on_hold: bool
    paid_at: datetime | None
    confirmed_at: datetime | None
    refunded_at: datetime | None
    reference: str
    shown_as: str
    asked: int
    fee_on: FeeOn
    told_fee: int | None
    told_charged: int | None
    invoiced_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        self.state = PaymentState(self.state)
        self.purpose = Purpose(self.purpose)
        self.fee_on = FeeOn(self.fee_on)

    @property
    def subject(self) -> str:
        """How tasks name it."""
        return f"payment:{self.id}"

    @property
    def was_hastened(self) -> bool:
        """Whether a hint came while the question under way was being asked."""
        return (
            self.lease_until is not None
            and self.next_action_at is not None
            and self.next_action_at < self.lease_until
        )


async def lock_payments(tx: Tx, payment_ids: Sequence[int]) -> dict[int, PaymentRow]:
    """Lock these payments and their invoices until the transaction ends."""
    facts = {"ids": list(payment_ids)}
    await tx.run(LOCK_INVOICES, facts)
    return {row.id: row for row in await tx.records(PaymentRow, LOCK_PAYMENTS, facts)}


async def confirmed_there(tx: Tx, rows: Sequence[PaymentRow]) -> set[tuple[str, str]]:
    """Which of these transactions (gateway, the gateway's id) are in the books, by whatever row."""
    facts = {"gateway": [r.gateway for r in rows], "their_id": [r.their_id for r in rows]}
    return {(row[0], row[1]) for row in await tx.rows(CONFIRMED_THERE, facts)}


async def write_payments(tx: Tx, rows: Sequence[PaymentRow]) -> None:
    columns = {name: [getattr(row, name) for row in rows] for name in WRITTEN}
    await tx.run(WRITE_PAYMENTS, columns)


async def end_invoices(tx: Tx, invoice_ids: Sequence[int]) -> None:
    if invoice_ids:
        await tx.run(END_INVOICES, {"ids": list(invoice_ids)})
