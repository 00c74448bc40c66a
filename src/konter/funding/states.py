"""The states of an invoice, a payment and a deposit, and what a payment can be for."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a payment is for: all that this room knows of it, beside a number."""

    ORDER = "order"
    DEPOSIT = "deposit"


class InvoiceState(StrEnum):
    """One request for money at one gateway.

    doubtful: nobody knows whether it exists there; it is looked for and never asked for again.
    refused: the gateway said no. ended: nothing more is expected of it.
    """

    DUE = "due"
    CREATING = "creating"
    OPEN = "open"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    ENDED = "ended"


class PaymentState(StrEnum):
    """One transaction at a gateway.

    waiting: to be asked about. unapplied: confirmed, its money rests in ``unapplied`` and is to be
    applied. review: confirmed, and a person decides. ended: it brought nothing.
    """

    WAITING = "waiting"
    UNAPPLIED = "unapplied"
    REVIEW = "review"
    APPLIED = "applied"
    ENDED = "ended"


class DepositState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    CREDITED = "credited"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AppliedTo(StrEnum):
    """Where a payment's money went: the order, the deposit, or back to its buyer whole."""

    ORDER = "order"
    DEPOSIT = "deposit"
    BUYER = "buyer"
