"""What people are told of, and our words for it in both languages; the shop may use its own.

``{name}`` is a blank. A line whose blank has nothing to say is left out, so that one template does
for a sale with a serial number and for one without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LANGS: Final = ("id", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """A title, of one line, and a message."""

    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Event:
    """``type``: success, error, info or payment. ``blanks``: what they may name, by example."""

    code: str
    type: str
    indonesian: Words
    english: Words
    blanks: Mapping[str, str]

    def words(self, lang: str) -> Words:
        return self.english if lang == "en" else self.indonesian


ORDER: Final = {"code": "TRX-1A2B3C", "product": "Pulsa Telkomsel 10.000", "target": "081234567890"}
PRICED: Final = {**ORDER, "amount": "Rp 10.500"}
PAID: Final = {**PRICED, "surplus": "Rp 500"}
DEPOSIT: Final = {"code": "DEP-1A2B3C", "amount": "Rp 100.000"}
TASK: Final = {"detail": "digiflazz-main: deposit Rp 45.000", "kind": "low_deposit", "count": "1"}

CODE_ID: Final = "\nKode pesanan: {code}"
CODE_EN: Final = "\nOrder code: {code}"

ORDERS: Final = (
    Event(
        "order_delivered",
        "success",
        Words(
            "Transaksi Berhasil!",
            "Pesanan {product} berhasil diproses.\nKode voucher: {serial}\nTujuan: {target}"
            + CODE_ID,
        ),
        Words(
            "Your order is done!",
            "Your order {product} has been delivered.\nSerial number: {serial}\nFor: {target}"
            + CODE_EN,
        ),
        {**PRICED, "serial": "41003511223344"},
    ),
    Event(
        "order_failed",
        "error",
        Words(
            "Transaksi Gagal",
            "Pesanan {product} gagal diproses.\nAlasan: {reason}.\n"
            "Dana sudah dikembalikan ke saldo Anda." + CODE_ID,
        ),
        Words(
            "Your order failed",
            "Your order {product} could not be delivered.\nReason: {reason}.\n"
            "The money is back in your balance." + CODE_EN,
        ),
        {**PRICED, "reason": "Nomor tujuan salah"},
    ),
    Event(
        "order_failed_guest",
        "error",
        Words(
            "Transaksi Gagal",
            "Pesanan {product} gagal diproses.\nAlasan: {reason}.\n"
            "Dana {amount} kami kembalikan: sebutkan rekening tujuan di halaman pesanan Anda."
            + CODE_ID,
        ),
        Words(
            "Your order failed",
            "Your order {product} could not be delivered.\nReason: {reason}.\n"
            "We give {amount} back: name your account on the page of your order." + CODE_EN,
        ),
        {**PRICED, "reason": "Nomor tujuan salah"},
    ),
    Event(
        "order_disputed",
        "info",
        Words(
            "Pesanan sedang diperiksa",
            "Kabar tentang pesanan {product} saling berbeda, jadi petugas kami memeriksanya.\n"
            "Anda tidak perlu melakukan apa pun; hasilnya kami kabarkan." + CODE_ID,
        ),
        Words(
            "We are looking into your order",
            "What we heard about your order {product} does not agree, so our staff look into it.\n"
            "You need not do anything; we tell you what comes of it." + CODE_EN,
        ),
        PRICED,
    ),
    Event(
        "order_refunded",
        "info",
        Words(
            "Dana dikembalikan",
            "Pesanan {product} sudah diperiksa dan {amount} masuk ke saldo Anda." + CODE_ID,
        ),
        Words(
            "Your money is back",
            "We looked into your order {product}; {amount} is back in your balance." + CODE_EN,
        ),
        PRICED,
    ),
    Event(
        "order_refunded_guest",
        "info",
        Words(
            "Dana dikembalikan",
            "Pesanan {product} sudah diperiksa dan {amount} kami kembalikan: sebutkan rekening "
            "tujuan di halaman pesanan Anda." + CODE_ID,
        ),
        Words(
            "You get your money back",
            "We looked into your order {product} and give {amount} back: name your account on the "
            "page of your order." + CODE_EN,
        ),
        PRICED,
    ),
)

PAYMENTS: Final = (
    Event(
        "payment_received",
        "payment",
        Words(
            "Pembayaran diterima",
            "{amount} untuk pesanan {product} sudah kami terima.\nPesanan segera diproses.\n"
            "Kelebihan {surplus} masuk ke saldo Anda." + CODE_ID,
        ),
        Words(
            "Payment received",
            "We received {amount} for your order {product}.\nIt is on its way.\n"
            "{surplus} was more than we asked; it is in your balance." + CODE_EN,
        ),
        PAID,
    ),
    Event(
        "payment_received_guest",
        "payment",
        Words(
            "Pembayaran diterima",
            "{amount} untuk pesanan {product} sudah kami terima.\nPesanan segera diproses.\n"
            "Kelebihan {surplus} kami kembalikan." + CODE_ID,
        ),
        Words(
            "Payment received",
            "We received {amount} for your order {product}.\nIt is on its way.\n"
            "{surplus} was more than we asked; we give it back." + CODE_EN,
        ),
        PAID,
    ),
    Event(
        "payment_returned",
        "payment",
        Words(
            "Pembayaran diterima",
            "{amount} untuk pesanan {product} sudah kami terima.\n"
            "Karena {reason}, dana masuk ke saldo Anda." + CODE_ID,
        ),
        Words(
            "Payment received",
            "We received {amount} for your order {product}.\n"
            "Because {reason}, the money is in your balance." + CODE_EN,
        ),
        {**PRICED, "reason": "pesanan sudah berakhir"},
    ),
    Event(
        "payment_returned_guest",
        "payment",
        Words(
            "Pembayaran diterima",
            "{amount} untuk pesanan {product} sudah kami terima.\nKarena {reason}, dana kami "
            "kembalikan: sebutkan rekening tujuan di halaman pesanan Anda." + CODE_ID,
        ),
        Words(
            "Payment received",
            "We received {amount} for your order {product}.\nBecause {reason}, we give it back: "
            "name your account on the page of your order." + CODE_EN,
        ),
        {**PRICED, "reason": "pesanan sudah berakhir"},
    ),
    Event(
        "payment_expired",
        "info",
        Words(
            "Waktu pembayaran habis",
            "Pesanan {product} tidak dibayar sampai batas waktu." + CODE_ID,
        ),
        Words("The time to pay is over", "Your order {product} was not paid in time." + CODE_EN),
        PRICED,
    ),
    Event(
        "payment_to_wallet",
        "payment",
        Words(
            "Pembayaran masuk saldo", "Pembayaran {amount} untuk {code} sudah masuk ke saldo Anda."
        ),
        Words("Payment in your balance", "Your payment of {amount} for {code} is in your balance."),
        DEPOSIT,
    ),
    Event(
        "payment_reversed",
        "payment",
        Words(
            "Pembayaran dikembalikan gateway",
            "Pembayaran untuk {code} dikembalikan oleh gateway kepada pembayarnya, sehingga "
            "{amount} diambil dari saldo Anda.",
        ),
        Words(
            "Payment given back by the gateway",
            "The gateway gave your payment for {code} back to whoever paid it, so {amount} was "
            "taken from your balance.",
        ),
        DEPOSIT,
    ),
    Event(
        "deposit_credited",
        "payment",
        Words("Deposit berhasil", "{amount} dari deposit {code} sudah masuk ke saldo Anda."),
        Words("Deposit credited", "{amount} of deposit {code} is in your balance."),
        DEPOSIT,
    ),
    Event(
        "deposit_surplus",
        "payment",
        Words(
            "Pembayaran tambahan masuk saldo",
            "{amount} dari deposit {code} sudah masuk ke saldo Anda.",
        ),
        Words("More was paid", "{amount} that came with deposit {code} is in your balance."),
        DEPOSIT,
    ),
    Event(
        "deposit_expired",
        "info",
        Words("Waktu pembayaran habis", "Deposit {code} tidak dibayar sampai batas waktu."),
        Words("The time to pay is over", "Deposit {code} was not paid in time."),
        DEPOSIT,
    ),
)

STAFF: Final = (
    Event(
        "staff_low_deposit",
        "error",
        Words("Deposit menipis", "Isi ulang deposit penyedia.\n{detail}"),
        Words("A deposit is low", "Top up the supplier's deposit.\n{detail}"),
        TASK,
    ),
    Event(
        "staff_stuck",
        "error",
        Words("Pesanan tersangkut: {count}", "Belum ada kepastian dari penyedia.\n{detail}"),
        Words("Orders stuck: {count}", "The supplier has not decided.\n{detail}"),
        {**TASK, "kind": "stuck"},
    ),
    Event(
        "staff_dispute",
        "error",
        Words("Sengketa pesanan: {count}", "Perlu keputusan petugas.\n{detail}"),
        Words("Orders in dispute: {count}", "Somebody must decide.\n{detail}"),
        {**TASK, "kind": "dispute"},
    ),
    Event(
        "staff_breaker",
        "error",
        Words("Penyedia dilewati sementara", "Pembelian di sana gagal berturut-turut.\n{detail}"),
        Words("A supplier is left out", "Purchases there failed in a row.\n{detail}"),
        {**TASK, "kind": "breaker_open"},
    ),
    Event(
        "staff_reconcile",
        "error",
        Words("Selisih rekonsiliasi", "Catatan pihak lain berbeda dengan pembukuan.\n{detail}"),
        Words("Reconciliation differs", "Somebody else's list and our books differ.\n{detail}"),
        {**TASK, "kind": "reconciliation"},
    ),
    Event(
        "staff_task",
        "info",
        Words("Tugas baru: {kind}", "Ada yang perlu diperiksa: {count}.\n{detail}"),
        Words("New task: {kind}", "Something wants looking at: {count}.\n{detail}"),
        {**TASK, "kind": "review"},
    ),
)

EVENTS: Final[Mapping[str, Event]] = {event.code: event for event in (*ORDERS, *PAYMENTS, *STAFF)}
