"""What the books keep in short English words, for staff who read Bahasa Indonesia.

Tasks, moves, journal entries and problems are written once, by rooms below, for terminals and logs.
Here each closed set has its Indonesian; a person's or a stranger's own words stay as they are, and
so does whatever is not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from konter.web.page.phrases import phrasebook
from konter.web.page.words import Lang

COMMANDS: Final = ("; konter ", "; decide with konter ")
"""What begins the command that a terminal would be told: the office has a page for it."""

MOVES: Final[Mapping[str, str]] = {
    "placed": "dibuat",
    "claimed": "diambil untuk dikirim",
    "restored": "dipulihkan dari cadangan",
    "paid": "dibayar",
    "paid late": "dibayar terlambat",
    "not paid": "tidak dibayar",
    "delivered": "kata penyedia: berhasil",
    "rejected": "ditolak penyedia",
    "rejected %(1)s": "ditolak penyedia (rc %(1)s)",
    "pending": "masih diproses",
    "unknown": "jawaban tidak jelas",
    "absent": "penyedia tidak mencatatnya",
    "notsent": "tidak terkirim",
    "failed": "gagal",
    "refunded": "dana dikembalikan",
    "cancelled": "dibatalkan",
    "expired": "kedaluwarsa",
    "cancelled by its buyer": "dibatalkan pembelinya",
    "cancelled by its buyer, a guest": "dibatalkan pembelinya, seorang tamu",
    "the order was paid before": "pesanan sudah dibayar sebelumnya",
    "it was too little": "jumlahnya kurang",
    "it was more than was asked": "lebih dari yang diminta",
    "it came after the order had ended": "datang setelah pesanan berakhir",
    "the upstream sells this to one number once a day": (
        "penyedia menjual ini sekali sehari untuk nomor yang sama"
    ),
    "charge by %(1)s: %(2)s": "ditagihkan oleh %(1)s: %(2)s",
    "absorb by %(1)s: %(2)s": "ditanggung toko oleh %(1)s: %(2)s",
    "reverse by %(1)s: %(2)s": "dikembalikan oleh %(1)s: %(2)s",
}

ENTRIES: Final[Mapping[str, str]] = {
    "hold": "uang ditahan",
    "capture": "menjadi penjualan",
    "release": "uang dilepas",
    "cost": "harga modal",
    "costback": "harga modal kembali",
    "payment": "pembayaran masuk",
    "payment_fee": "biaya pembayaran",
    "payment_short": "biaya di atas pembayaran",
    "deposit": "deposit saldo",
    "surplus": "kelebihan pembayaran",
    "adjustment": "penyesuaian saldo",
    "refund": "pengembalian ke tamu",
    "payout": "penarikan pemilik",
    "supplier_topup": "isi deposit penyedia",
    "dispute_charge": "sengketa: ditagihkan",
    "dispute_reverse": "sengketa: dikembalikan",
}

DETAILS: Final[Mapping[str, str]] = {
    "%(1)s: %(t2)s while %(t3)s": "%(1)s: %(t2)s, padahal sebelumnya %(t3)s",
    "%(1)s: %(2)s while %(t3)s": "%(1)s: %(2)s, padahal sebelumnya %(t3)s",
    "%(1)s: cost unreadable, booked the expected %(2)s": (
        "%(1)s: harga modal tidak terbaca, dibukukan perkiraannya %(2)s"
    ),
    "%(1)s: %(2)s took %(3)s, not %(4)s": "%(1)s: %(2)s mengambil %(3)s, bukan %(4)s",
    "%(1)s: %(2)s has no record of %(3)s: %(4)s": "%(1)s: %(2)s tidak mencatat %(3)s: %(4)s",
    "%(1)s: %(2)s answered in doubt about %(3)s: %(4)s": (
        "%(1)s: jawaban %(2)s meragukan tentang %(3)s: %(4)s"
    ),
    "%(1)s: refused (rc %(2)s) while being asked, then delivered": (
        "%(1)s: ditolak (rc %(2)s) selagi ditanyakan, lalu berhasil"
    ),
    "%(1)s: %(2)s undecided at %(3)s": "%(1)s: %(2)s belum diputuskan %(3)s",
    "%(1)s: %(2)s is too old to be asked about again": (
        "%(1)s: %(2)s terlalu lama untuk ditanyakan lagi"
    ),
    "%(1)s: %(2)s purchases in a row failed there": (
        "%(1)s: %(2)s pembelian berturut-turut gagal di sana"
    ),
    "%(1)s refused us with rc %(2)s: %(3)s": "%(1)s menolak kita dengan rc %(2)s: %(3)s",
    "%(1)s refused to check a bill with rc %(2)s: %(3)s": (
        "%(1)s menolak memeriksa tagihan dengan rc %(2)s: %(3)s"
    ),
    "an order's payment could not be applied: %(1)s": (
        "pembayaran sebuah pesanan tidak dapat diterapkan: %(1)s"
    ),
    "a deposit's payment could not be applied: %(1)s": (
        "pembayaran sebuah deposit tidak dapat diterapkan: %(1)s"
    ),
    "%(1)s: asked %(2)s, %(3)s says: %(t4)s": "%(1)s: diminta %(2)s, kata %(3)s: %(t4)s",
    "%(1)s: asked %(2)s, %(3)s says: %(4)s": "%(1)s: diminta %(2)s, kata %(3)s: %(4)s",
    "%(1)s: %(2)s's fee unreadable, booked %(3)s": (
        "%(1)s: biaya %(2)s tidak terbaca, dibukukan %(3)s"
    ),
    "%(1)s: %(2)s gave it back before it was applied": (
        "%(1)s: %(2)s mengembalikannya sebelum diterapkan"
    ),
    "%(1)s: %(2)s gave %(3)s back to whoever paid it, not in our books": (
        "%(1)s: %(2)s mengembalikan %(3)s kepada pembayarnya, tidak ada di buku kita"
    ),
    "%(1)s: %(2)s gave %(3)s back to whoever paid it, %(4)s in ours": (
        "%(1)s: %(2)s mengembalikan %(3)s kepada pembayarnya, %(4)s di buku kita"
    ),
    "%(1)s makes no payment links: %(2)s": "%(1)s tidak membuat tautan bayar: %(2)s",
    "%(1)s: %(2)s owed to a guest (%(t3)s)": "%(1)s: %(2)s harus dikembalikan (%(t3)s)",
    "%(1)s: %(2)s owed to a guest (%(3)s)": "%(1)s: %(2)s harus dikembalikan (%(3)s)",
    "%(1)s: its last %(2)s callbacks failed, since %(3)s": (
        "%(1)s: %(2)s callback terakhirnya gagal, sejak %(3)s"
    ),
    "%(1)s: a message was given up after a day: %(2)s": (
        "%(1)s: sebuah pesan tidak dicoba lagi setelah sehari: %(2)s"
    ),
    "%(1)s for %(2)s, asked for by %(3)s: %(4)s": "%(1)s untuk %(2)s, diminta oleh %(3)s: %(4)s",
    "%(1)s: %(2)s differences with its list (%(3)s)": "%(1)s: %(2)s selisih dengan daftarnya",
    "deposit %(1)s": "deposit tinggal %(1)s",
}

PROBLEMS: Final[Mapping[str, str]] = {
    "belongs to another invoice": "milik tautan bayar lain",
    "paid otherwise": "dibayar lain dari yang diminta",
    "waiting": "menunggu",
    "the call was lost": "panggilannya hilang",
    "accepted by %(1)s: %(2)s": "diterima oleh %(1)s: %(2)s",
    "it has no list": "tidak ada daftarnya",
    "its list is longer than %(1)s pages": "daftarnya lebih dari %(1)s halaman",
    "more than %(1)s pages": "lebih dari %(1)s halaman",
    "payment %(1)s at %(2)s: %(t3)s": "pembayaran %(1)s di %(2)s: %(t3)s",
    "payment %(1)s given back: %(2)s": "pembayaran %(1)s dikembalikan: %(2)s",
}

OUTCOMES: Final[Mapping[str, str]] = {
    "Delivered": "berhasil",
    "Rejected": "ditolak",
    "Pending": "masih diproses",
    "Unknown": "jawaban tidak jelas",
    "Absent": "tidak tercatat di sana",
    "asked": "ditanyakan",
    "asking": "sedang ditanyakan",
    "known": "sudah terbukti",
    "dropped": "diabaikan",
    "looked for": "sedang dicari",
    "put off": "ditunda",
    "never sent": "tidak pernah dikirim",
    "too old to be asked about": "terlalu lama untuk ditanyakan",
    "unknown reference %(1)s": "referensi %(1)s tidak dikenal",
}
"""What came of a callback."""

ACCOUNTS: Final[Mapping[str, str]] = {
    "wallet:%(1)s": "saldo pengguna %(1)s",
    "provider:%(1)s": "deposit di %(1)s",
    "gateway:%(1)s": "uang di %(1)s",
    "bank:%(1)s": "bank %(1)s",
    "escrow": "uang pembeli yang ditahan",
    "unapplied": "pembayaran yang belum dipakai",
    "refunds_due": "pengembalian yang harus dibayar",
    "sales": "penjualan",
    "fees": "biaya pembayaran",
    "losses": "kerugian",
    "adjustments": "penyesuaian saldo",
    "equity": "modal pemilik",
}
"""The books' accounts; ``cost`` is called as its entries are."""

CALLS: Final[Mapping[str, str]] = {
    "purchase": "pembelian",
    "enquiry": "pertanyaan",
    "check": "cek tagihan",
    "create": "pembuatan tautan",
    "state": "pertanyaan keadaan",
    "list": "daftar transaksi",
}
"""What an upstream was called for."""

LINKS: Final[Mapping[str, str]] = {
    "due": "menunggu dibuat",
    "creating": "sedang dibuat",
    "open": "terbuka",
    "doubtful": "meragukan",
    "refused": "ditolak gateway",
    "ended": "selesai",
}
"""How a payment link stands."""

WORDS: Final[Mapping[str, str]] = {
    **MOVES,
    **ENTRIES,
    **DETAILS,
    **PROBLEMS,
    **OUTCOMES,
    **ACCOUNTS,
    **CALLS,
    **LINKS,
}


@cache
def office_in(lang: Lang) -> Callable[[str | None], str]:
    """What the books say, for staff. None is nothing."""
    say = phrasebook(WORDS) if lang == "id" else str

    def office(text: str | None) -> str:
        return say(_without_command(text)) if text else ""

    return office


def _without_command(text: str) -> str:
    for start in COMMANDS:
        text = text.partition(start)[0]
    return text
