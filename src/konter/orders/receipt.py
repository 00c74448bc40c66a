"""What one commit of applied payments will write, noted payment by payment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial

from konter.funding.apply import Unapplied, leg
from konter.funding.refund import Owed
from konter.funding.states import AppliedTo
from konter.hooks.notice_words import Both
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer
from konter.ledger.wallets import owed_to
from konter.orders import store
from konter.orders.checkout_store import CheckoutRow
from konter.orders.giveback import owed_for
from konter.orders.states import OrderState
from konter.orders.tell_buyer import Blanks, ToldBuyers, told_about


class GivenBack(Enum):
    """Why a whole payment goes back: for the operator, and for the buyer in both languages."""

    TWICE = (
        "the order was paid before",
        Both("pesanan sudah dibayar sebelumnya", "the order had been paid before"),
    )
    TOO_LITTLE = ("it was too little", Both("jumlahnya kurang", "it was too little"))
    TOO_LATE = (
        "it came after the order had ended",
        Both("pesanan sudah berakhir", "the order had ended"),
    )
    SOLD_TODAY = (
        "the upstream sells this to one number once a day",
        Both(
            "produk ini sudah dibeli hari ini untuk nomor yang sama",
            "this was bought for the same number today already",
        ),
    )

    @property
    def because(self) -> str:
        return self.value[0]

    @property
    def told(self) -> Both:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an order is bought first; ``cost`` in whole rupiah, expected."""

    account: str
    sku: str
    customer_no: str
    cost: int


@dataclass(slots=True)
class Receipts:
    """All that one commit will write. ``begun``: orders that are held now, with their source;
    ``given_up``: unpaid ones that nobody can fulfil."""

    at: datetime
    begun: list[tuple[store.OrderRow, Source]] = field(default_factory=list)
    given_up: list[store.OrderRow] = field(default_factory=list)
    checkouts: list[CheckoutRow] = field(default_factory=list)
    moves: list[store.Move] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    applied: list[tuple[int, AppliedTo]] = field(default_factory=list)
    told: ToldBuyers = field(default_factory=list)


def hold(
    work: Receipts,
    payment: Unapplied,
    *,
    order: store.OrderRow,
    checkout: CheckoutRow,
    source: Source,
) -> None:
    """This payment's price goes to escrow, the fee passed on to us, what is over to the buyer."""
    because = "paid" if order.state is OrderState.AWAITING_PAYMENT else "paid late"
    order.moves += 1
    work.moves.append(store.Move(order.id, order.moves, order.state, OrderState.HELD, because))
    order.state, order.price_at, order.reason = OrderState.HELD, "escrow", None
    checkout.waits, checkout.paid_at = False, payment.happened_at
    work.begun.append((order, source))
    work.checkouts.append(checkout)
    out = partial(leg, payment, reference=order.code, order_id=order.id)
    work.transfers.append(out("hold", "escrow", order.price, key=f"hold:{order.id}"))
    if payment.surcharge:
        work.transfers.append(out("surcharge", "fees", payment.surcharge))
    surplus = None
    if rest := payment.amount - order.price - payment.surcharge:
        _surplus(work, payment, order, rest, because="it was more than was asked")
        surplus = Rupiah(rest).shown()
    work.applied.append((payment.id, AppliedTo.ORDER))
    _tell(work, payment, order, event="payment_received", blanks={"surplus": surplus})


def give_up(work: Receipts, order: store.OrderRow, checkout: CheckoutRow, why: GivenBack) -> None:
    """An unpaid order ends, because its payment could buy nothing."""
    order.moves += 1
    work.moves.append(
        store.Move(order.id, order.moves, order.state, OrderState.CANCELLED, why.because)
    )
    order.state, order.reason = OrderState.CANCELLED, why.told.indonesian.capitalize()
    checkout.waits = False
    work.given_up.append(order)
    work.checkouts.append(checkout)


def give_back(work: Receipts, payment: Unapplied, order: store.OrderRow, why: GivenBack) -> None:
    """The whole payment goes to the buyer; the order stays as it is."""
    _surplus(work, payment, order, payment.amount, because=why.because)
    work.applied.append((payment.id, AppliedTo.BUYER))
    _tell(work, payment, order, event="payment_returned", blanks={"reason": why.told})


def _surplus(
    work: Receipts, payment: Unapplied, order: store.OrderRow, amount: int, *, because: str
) -> None:
    transfer = leg(
        payment,
        "surplus",
        owed_to(order.user_id),
        amount,
        reference=order.code,
        order_id=order.id,
    )
    work.transfers.append(transfer)
    why = f"payment {payment.their_id} at {payment.gateway}: {because}"
    work.owed += owed_for(order, key=transfer.key, amount=transfer.amount, because=why)


def _tell(
    work: Receipts,
    payment: Unapplied,
    order: store.OrderRow,
    *,
    event: str,
    blanks: Blanks,
) -> None:
    paid: Blanks = {"amount": Rupiah(payment.amount).shown()}
    data: dict[str, str | None] = {"transaction_code": order.code}
    about = f"payment:{payment.id}"
    work.told.append(
        told_about(event, order, work.at, blanks=paid | blanks, data=data, about=about)
    )
