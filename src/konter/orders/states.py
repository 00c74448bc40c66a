"""The states of an order and of an attempt, and what the world outside calls them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class OrderState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    HELD = "held"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    OPEN = "open"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    REVERSED = "reversed"


LIVE: Final = frozenset({AttemptState.DUE, AttemptState.SENDING, AttemptState.OPEN})
"""Attempts whose end is not known yet; each has a next action."""

HOLDING: Final = frozenset({OrderState.HELD, OrderState.SENT})
"""Orders whose price lies in escrow."""

UNPAID: Final = frozenset({OrderState.AWAITING_PAYMENT, OrderState.EXPIRED})
"""Orders that nobody has paid for: nothing was ever bought for them."""

PUBLIC: Final[Mapping[OrderState, str]] = {
    OrderState.AWAITING_PAYMENT: "pending",
    OrderState.HELD: "pending",
    OrderState.SENT: "process",
    OrderState.DISPUTED: "process",
    OrderState.DELIVERED: "success",
    OrderState.FAILED: "failed",
    OrderState.EXPIRED: "failed",
    OrderState.CANCELLED: "failed",
    OrderState.REFUNDED: "refund",
}
"""What ``/api/transactions`` calls a state."""

FINAL: Final = frozenset({"success", "failed", "refund"})
"""The public words after which a buyer need not ask again."""

BALANCE: Final = "balance"
"""The payment method of orders paid from the wallet; any other is a gateway's channel."""

_BY_GATEWAY: Final[Mapping[OrderState, str]] = {
    OrderState.AWAITING_PAYMENT: "pending",
    OrderState.HELD: "paid",
    OrderState.SENT: "paid",
    OrderState.DISPUTED: "paid",
    OrderState.DELIVERED: "paid",
    OrderState.FAILED: "refunded",
    OrderState.EXPIRED: "expired",
    OrderState.CANCELLED: "cancelled",
    OrderState.REFUNDED: "refunded",
}

_BY_BALANCE: Final[Mapping[OrderState, str]] = {
    **_BY_GATEWAY,
    OrderState.CANCELLED: "refunded",
}


def payment_status(state: OrderState, payment_method: str) -> str:
    """Our word for where the buyer's money is: pending, paid, expired, cancelled or refunded."""
    return (_BY_BALANCE if payment_method == BALANCE else _BY_GATEWAY)[state]
