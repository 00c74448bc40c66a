"""What the buyer is told of an order: the upstream's words without what is ours, and its end."""

from __future__ import annotations

from datetime import datetime

from konter.hooks.notices import Notice
from konter.kernel.outcome import Delivered, Fault, Outcome, Pending, Rejected
from konter.orders.states import OrderState
from konter.orders.store import AttemptRow, OrderRow
from konter.orders.words import buyers_words

SUCCESS_TITLE = "Transaksi Berhasil!"
FAILURE_TITLE = "Transaksi Gagal"
UNSAID = "Produk sedang tidak dapat diproses"


def tell_buyer(notices: list[Notice], order: OrderRow, news: Outcome, at: datetime) -> None:
    """Note for the buyer what became of an order that was just delivered or failed. A guest has
    nowhere to be told; the order itself says why."""
    if order.state is OrderState.FAILED:
        order.reason = buyers_reason(news)
    if order.is_guests:
        return
    if order.state is OrderState.DELIVERED:
        serial = f" Kode voucher: {order.serial}" if order.serial else ""
        notices.append(
            Notice(
                user_id=order.user_id,
                type="success",
                title=SUCCESS_TITLE,
                message=f"Pesanan {order.product_name} berhasil diproses.{serial}",
                data={"transaction_code": order.code, "serial_number": order.serial},
                created_at=at,
            )
        )
    elif order.state is OrderState.FAILED:
        notices.append(
            Notice(
                user_id=order.user_id,
                type="error",
                title=FAILURE_TITLE,
                message=f"Pesanan {order.product_name} gagal diproses. {order.reason}. "
                "Dana sudah dikembalikan ke saldo Anda.",
                data={"transaction_code": order.code, "reason": order.reason},
                created_at=at,
            )
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
