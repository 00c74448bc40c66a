"""What to pay, where and until when, as every door of the site shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from konter.funding.states import InvoiceState
from konter.funding.store import Invoice
from konter.kernel.clock import iso
from konter.kernel.money import Rupiah

PENDING: Final = "pending"

MESSAGES: Final = {
    "paid": "Pembayaran sudah kami terima, terima kasih.",
    "expired": "Batas waktu pembayaran sudah lewat. Jika Anda terlanjur membayar, pembayaran itu"
    " tetap kami proses atau kembalikan.",
    "cancelled": "Sudah dibatalkan. Jika Anda terlanjur membayar, pembayaran itu tetap kami proses"
    " atau kembalikan.",
    "refunded": "Dana Anda sudah dikembalikan atau sedang kami kembalikan.",
}
"""By payment status."""

ARRIVED: Final = "Pembayaran Anda sudah kami terima dan sedang diproses."
MAKING: Final = "Tautan pembayaran sedang disiapkan, silakan periksa kembali sebentar lagi."
NO_LINK: Final = (
    "Tautan pembayaran belum dapat dibuat. Silakan coba lagi atau pilih metode pembayaran lain;"
    " pesanan Anda tetap dapat dibayar."
)
NO_ANSWER: Final = (
    "Penyedia pembayaran belum memberi jawaban. Silakan periksa kembali, coba lagi, atau pilih"
    " metode pembayaran lain."
)
LINK_OVER: Final = "Batas waktu tautan pembayaran ini sudah lewat, silakan buat tautan baru."
TO_PAY: Final = "Silakan selesaikan pembayaran sebelum batas waktunya."


class InstructionView(Struct):
    """How to pay by one road, step by step."""

    title: str
    steps: list[str]


class PaymentView(Struct):
    """``amount``: what is to be paid, of which ``fee`` comes on top of the price; rupiah with two
    decimals, times in UTC. ``status``: pending, paid, expired, cancelled or refunded.

    ``method``: the channel's own code, null where the buyer chooses on the page. What to pay with
    (``url``, ``pay_code``, ``qr``) is null unless it can be paid now.
    """

    status: str
    channel: str
    method: str | None
    transaction_id: str | None
    session_id: str | None
    url: str | None
    pay_code: str | None
    qr: str | None
    qr_url: str | None
    amount: str
    fee: str
    expired_at: str
    paid_at: str | None
    instructions: list[InstructionView]
    message: str


def payment_view(
    invoice: Invoice,
    *,
    status: str,
    paid_at: datetime | None,
    arrived: bool,
    now: datetime,
) -> PaymentView:
    """The latest link as its buyer is shown it. ``arrived``: a payment is confirmed, and not
    applied yet."""
    to_pay = invoice.amount if invoice.charged is None else invoice.charged
    payable = (
        status == PENDING
        and not arrived
        and invoice.state is InvoiceState.OPEN
        and invoice.expires_at > now
    )
    return PaymentView(
        status=status,
        channel=invoice.full_channel,
        method=invoice.channel,
        transaction_id=invoice.their_id,
        session_id=invoice.session_id,
        url=invoice.url if payable else None,
        pay_code=invoice.pay_code if payable else None,
        qr=invoice.qr if payable else None,
        qr_url=invoice.qr_url if payable else None,
        amount=Rupiah(to_pay).wire(),
        fee=Rupiah(max(0, to_pay - invoice.price)).wire(),
        expired_at=iso(invoice.expires_at),
        paid_at=iso(paid_at) if paid_at else None,
        instructions=[InstructionView(i.title, list(i.steps)) for i in invoice.instructions]
        if payable
        else [],
        message=_message(invoice, status, arrived=arrived, now=now),
    )


def _message(invoice: Invoice, status: str, *, arrived: bool, now: datetime) -> str:
    if status != PENDING:
        return MESSAGES[status]
    if arrived:
        return ARRIVED
    if not invoice.is_made:
        return MAKING
    if invoice.state is InvoiceState.REFUSED:
        return NO_LINK
    if invoice.expires_at <= now or invoice.state is InvoiceState.ENDED:
        return LINK_OVER
    has_something = invoice.url or invoice.pay_code or invoice.qr
    return TO_PAY if has_something else NO_ANSWER
