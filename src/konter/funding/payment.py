"""One payment in an operator's hands: locked, and refused where there is nothing to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.states import PaymentState, Purpose
from konter.kernel.errors import NotFound, Refused

# Whoever applies it at this moment is waited for: what they leave is then seen.
LOCK = """
SELECT p.id, p.purpose, p.purpose_id, p.gateway, p.their_id, p.state, coalesce(p.amount, 0),
       coalesce(p.kept, 0), i.amount, i.shown_as, p.refunded_at
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.id = %(id)s
FOR NO KEY UPDATE OF p
"""


class PaymentNotFound(NotFound):
    code = "payment_not_found"
    message = "Pembayaran tidak ditemukan"


class PaymentGivenBack(Refused):
    """Its gateway gave the money back; `konter payment reversal` records that."""

    code = "payment_given_back"
    status = 409
    message = "Pembayaran ini sudah dikembalikan oleh gateway, catat sebagai pembatalan"


@dataclass(frozen=True, slots=True)
class Payment:
    """Locked by this transaction; whole rupiah. ``amount`` and ``kept`` are 0 until it is
    confirmed; ``asked``: by its invoice; ``shown_as``: the order's or deposit's code."""

    id: int
    purpose: Purpose
    purpose_id: int
    gateway: str
    their_id: str
    state: PaymentState
    amount: int
    kept: int
    asked: int
    shown_as: str
    refunded_at: datetime | None

    @property
    def in_review(self) -> bool:
        """Whether it waits for a person."""
        return self.state is PaymentState.REVIEW

    @property
    def is_unapplied(self) -> bool:
        """Whether it waits for a worker."""
        return self.state is PaymentState.UNAPPLIED

    @property
    def order_id(self) -> int | None:
        """For the journal, which knows orders by their ids."""
        return self.purpose_id if self.purpose is Purpose.ORDER else None

    @property
    def code_field(self) -> str:
        """What a notice's data call its code."""
        return f"{'transaction' if self.purpose is Purpose.ORDER else 'deposit'}_code"

    @property
    def subject(self) -> str:
        """How tasks name it."""
        return f"payment:{self.id}"


async def lock_payment(tx: Tx, payment_id: int) -> Payment:
    """Lock one payment until the transaction ends. Raises PaymentNotFound."""
    row = await tx.row(LOCK, {"id": payment_id})
    if row is None:
        raise PaymentNotFound(payment=payment_id)
    id_, purpose, purpose_id, gateway, their_id, state, *rest = row
    return Payment(id_, Purpose(purpose), purpose_id, gateway, their_id, PaymentState(state), *rest)
