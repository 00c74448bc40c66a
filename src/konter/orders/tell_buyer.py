"""What the buyer is told of an order: the upstream's words without what is ours, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from konter.catalogue.written import written
from konter.hooks.notice_words import Blank
from konter.hooks.tell import Told
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, Fault, Outcome, Pending, Rejected
from konter.orders.states import OrderState
from konter.orders.store import AttemptRow, OrderRow
from konter.orders.words import buyers_words

ToldBuyers = list[Told]
Blanks = dict[str, Blank]

UNSAID = "Produk sedang tidak dapat diproses"

EVENTS: Final = {
    OrderState.DELIVERED: "order_delivered",
    OrderState.FAILED: "order_failed",
    OrderState.DISPUTED: "order_disputed",
    OrderState.REFUNDED: "order_refunded",
}


def tell_buyer(told: list[Told], order: OrderRow, news: Outcome, at: datetime) -> None:
    """Note for the buyer what became of an order that has just moved."""
    if order.state is OrderState.FAILED:
        order.reason = buyers_reason(news)
    told += told_of(order, at)


def told_of(order: OrderRow, at: datetime) -> list[Told]:
    """What its buyer is told of an order that has just moved: one thing, or nothing."""
    event = EVENTS.get(order.state)
    if event is None:
        return []
    data: dict[str, str | None] = {"transaction_code": order.code}
    blanks: dict[str, Blank] = {}
    if order.state is OrderState.DELIVERED:
        data["serial_number"] = blanks["serial"] = order.serial
    elif order.state is OrderState.FAILED:
        data["reason"] = blanks["reason"] = order.reason
    return [told_about(event, order, at, blanks=blanks, data=data)]


def told_about(
    event: str,
    order: OrderRow,
    at: datetime,
    *,
    blanks: Blanks | None = None,
    data: dict[str, str | None],
    about: str = "",
) -> Told:
    """``about``: what brought it, if that is not the order's latest move."""
    standing: dict[str, Blank] = {
        "code": order.code,
        "product": written(order.product_name),
        "target": order.target_id,
        "amount": Rupiah(order.price).shown(),
    }
    return Told(
        event=event,
        user_id=order.user_id,
        about=f"{event}:{about or f'{order.id}:{order.moves}'}",
        blanks=standing | (blanks or {}),
        at=at,
        data=data,
        order_id=order.id,
    )


def note_words(order: OrderRow, attempt: AttemptRow, news: Outcome, happened_at: datetime) -> None:
    """Keep the upstream's last words: whole beside the attempt, the buyer's part on the order."""
    words: str | None = None
    match news:
        case Delivered():
            words = attempt.message = news.message
            attempt.serial = news.serial
        case Rejected():
            attempt.message, attempt.code = news.message or news.reason, news.code
            words = None if news.fault is Fault.SUPPLIER else attempt.message
        case Pending():
            words = attempt.message = news.message
        case _:
            attempt.message = news.detail[:500]
    if words is not None:
        order.last_words, order.last_words_at = buyers_words(words), happened_at


def buyers_reason(news: Outcome) -> str:
    """Why, in words a buyer may read: never a fault of ours at a supplier."""
    if isinstance(news, Rejected) and news.fault != "supplier":
        return buyers_words(news.reason) or UNSAID
    return UNSAID
