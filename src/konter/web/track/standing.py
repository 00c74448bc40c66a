"""Where an order stands, as its buyer is told it: the rows as they are, and one word for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from konter.db.pool import Tx
from konter.funding.owed import GuestRefund, guest_refund
from konter.funding.states import InvoiceState, Purpose
from konter.ledger.wallets import GUEST
from konter.orders.read import MoveLine, OrderView, moves_of
from konter.orders.states import BALANCE, HOLDING, OrderState
from konter.web.payment_wait import Payable, look

LONG: Final = timedelta(minutes=5)
"""After this its buyer is told that it takes longer, and not to buy again."""


class Phase(StrEnum):
    """What is going on, for a buyer. arrived: paid, and not written down yet. slow: paid long ago,
    and nobody knows the end."""

    UNPAID = "unpaid"
    ARRIVED = "arrived"
    PAID = "paid"
    SENT = "sent"
    SLOW = "slow"
    DISPUTED = "disputed"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Link(StrEnum):
    """What there is to pay with. unanswered: the gateway said nothing that one can pay by."""

    MAKING = "making"
    PAYABLE = "payable"
    REFUSED = "refused"
    OVER = "over"
    UNANSWERED = "unanswered"


OF_STATE: Final = {
    OrderState.AWAITING_PAYMENT: Phase.UNPAID,
    OrderState.HELD: Phase.PAID,
    OrderState.SENT: Phase.SENT,
    OrderState.DISPUTED: Phase.DISPUTED,
    OrderState.DELIVERED: Phase.DELIVERED,
    OrderState.FAILED: Phase.FAILED,
    OrderState.REFUNDED: Phase.REFUNDED,
    OrderState.EXPIRED: Phase.EXPIRED,
    OrderState.CANCELLED: Phase.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """As read at ``at`` (UTC). ``payable`` None: paid from the balance. ``refund``: what a guest
    is owed."""

    order: OrderView
    moves: Sequence[MoveLine]
    payable: Payable | None
    refund: GuestRefund | None
    at: datetime

    @property
    def phase(self) -> Phase:
        if self.order.state is OrderState.AWAITING_PAYMENT and self.has_arrived:
            return Phase.ARRIVED
        held_at = self.reached(OrderState.HELD) or self.order.created_at
        if self.order.state in HOLDING and self.at - held_at > LONG:
            return Phase.SLOW
        return OF_STATE[self.order.state]

    @property
    def link(self) -> Link | None:
        """None: nothing is to be paid."""
        if self.payable is None or self.phase is not Phase.UNPAID:
            return None
        return link_of(self.payable)

    @property
    def has_arrived(self) -> bool:
        return self.payable is not None and self.payable.heard.arrived > 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.order.is_final and not self.has_arrived

    @property
    def version(self) -> str:
        """Another one whenever a page of this order would read otherwise."""
        order, refund = self.order, self.refund
        invoice = self.payable.invoice.number if self.payable else 0
        told = (order.state, order.serial, order.reason, self.phase, self.link, invoice, refund)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def reached(self, state: OrderState) -> datetime | None:
        """When it came to this state last; None: never."""
        times = [move.moved_at for move in self.moves if move.to_state == state]
        return times[-1] if times else None


def link_of(payable: Payable) -> Link:
    """Of an order or a deposit that is to be paid."""
    invoice = payable.invoice
    if not invoice.is_made:
        return Link.MAKING
    if invoice.state is InvoiceState.REFUSED:
        return Link.REFUSED
    if invoice.expires_at <= payable.at or invoice.state is InvoiceState.ENDED:
        return Link.OVER
    has_something = invoice.url or invoice.pay_code or invoice.qr or invoice.qr_url
    is_open = invoice.state is InvoiceState.OPEN
    return Link.PAYABLE if is_open and has_something else Link.UNANSWERED


async def standing_of(tx: Tx, order: OrderView, *, now: datetime) -> Standing:
    """Of an order just read."""
    payable = None
    if order.payment_method != BALANCE:
        payable = await look(tx, Purpose.ORDER, order.id, now=now)
    is_guests = order.user_id == GUEST
    refund = await guest_refund(tx, Purpose.ORDER, order.id) if is_guests else None
    return Standing(order, await moves_of(tx, order.id), payable, refund, now)
