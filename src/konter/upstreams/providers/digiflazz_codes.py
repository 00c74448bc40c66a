"""Digiflazz's 47 official response codes: what each means, and how far it may be believed.

How far depends on what was asked. Where Digiflazz says that no transaction was formed, that
proves something only in the answer to an attempt's first purchase call: in the answer to an
enquiry (which is a re-post) or in a webhook the purchase may live on under the same reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from konter.kernel.outcome import Fault


class Context(Enum):
    """Where a code was read."""

    FIRST = "a first answer"
    """The answer to an attempt's first purchase call."""
    ENQUIRY = "the answer to an enquiry"
    """The answer to any later call of it."""
    CALLBACK = "a webhook"
    """A webhook, which nobody asked for."""


class Kind(Enum):
    """What a code does."""

    SUCCESS = auto()
    PENDING = auto()
    REFUSAL = auto()
    TWICE = auto()
    """A refusal that is final only when two calls at least 60 s apart agree."""
    REVERSAL = auto()
    """A refusal that may also undo an earlier success."""


@dataclass(frozen=True, slots=True)
class Code:
    """One row. ``formed``: the official column, a record exists under the reference.

    ``believed``: the contexts in which the code says something about the purchase; anywhere
    else it may be about the call alone (a rate limit, not found), so it proves nothing.
    """

    status: str
    kind: Kind
    fault: Fault
    formed: bool
    text: str
    believed: frozenset[Context]


_EVERYWHERE: Final = frozenset(Context)
_NOWHERE: Final[frozenset[Context]] = frozenset()
_FIRST: Final = frozenset({Context.FIRST})
_NOT_IN_ENQUIRY: Final = frozenset({Context.FIRST, Context.CALLBACK})


def _formed(
    fault: Fault,
    text: str,
    kind: Kind = Kind.REFUSAL,
    believed: frozenset[Context] = _EVERYWHERE,
) -> Code:
    """A failed transaction with a record."""
    return Code("gagal", kind, fault, True, text, believed)


def _kept_out(fault: Fault, text: str, believed: frozenset[Context] = _FIRST) -> Code:
    """Turned away at the door: no record, and so believed only in a first answer."""
    return Code("gagal", Kind.REFUSAL, fault, False, text, believed)


def _pending(text: str) -> Code:
    return Code("pending", Kind.PENDING, Fault.OTHER, True, text, _EVERYWHERE)


# Not placed by the design, so decided here. 56: the seller's money is short, another seller may
# do. 60: no bill for this number. 64, 83, 86: they belong to other calls (deposit ticket, price
# list, meter check); an explicit refusal all the same, but nobody's fault, and 86, a rate limit
# whose record exists, could in a later answer be about that call: believed at first only.
# 65: the older twin of 63. 87: the buyer's amount is not a multiple of 1,000, as with 84.
# 49 says that the reference is known, so something may have been bought under it: never proof.
CODES: Final[Mapping[str, Code]] = {
    "00": Code("sukses", Kind.SUCCESS, Fault.OTHER, True, "Transaksi Sukses", _EVERYWHERE),
    "01": _formed(Fault.OTHER, "Timeout", Kind.TWICE),
    "02": _formed(Fault.OTHER, "Transaksi Gagal"),
    "03": _pending("Transaksi Pending"),
    "40": _kept_out(Fault.SUPPLIER, "Payload Error"),
    "41": _kept_out(Fault.SUPPLIER, "Signature tidak valid"),
    "42": _kept_out(Fault.SUPPLIER, "Gagal memproses API Buyer"),
    "43": _kept_out(Fault.OFFER, "SKU tidak di temukan atau Non-Aktif"),
    "44": _kept_out(Fault.SUPPLIER, "Saldo tidak cukup"),
    "45": _kept_out(Fault.SUPPLIER, "IP Anda tidak kami kenali"),
    "47": _kept_out(Fault.NUMBER, "Transaksi sudah terjadi di buyer lain"),
    "49": _kept_out(Fault.OTHER, "Ref ID tidak unik", _NOWHERE),
    "50": _formed(Fault.OTHER, "Transaksi Tidak Ditemukan", believed=_FIRST),
    "51": _formed(Fault.NUMBER, "Nomor Tujuan Diblokir"),
    "52": _formed(Fault.NUMBER, "Prefix Tidak Sesuai Dengan Operator"),
    "53": _formed(Fault.OFFER, "Produk Seller Sedang Tidak Tersedia"),
    "54": _formed(Fault.NUMBER, "Nomor Tujuan Salah"),
    "55": _formed(Fault.OFFER, "Produk Sedang Gangguan"),
    "56": _kept_out(Fault.OFFER, "Limit saldo seller"),
    "57": _formed(Fault.NUMBER, "Jumlah Digit Kurang Atau Lebih"),
    "58": _formed(Fault.OFFER, "Sedang Cut Off"),
    "59": _formed(Fault.NUMBER, "Tujuan di Luar Wilayah/Cluster"),
    "60": _formed(Fault.NUMBER, "Tagihan belum tersedia"),
    "61": _kept_out(Fault.SUPPLIER, "Belum pernah melakukan deposit"),
    "62": _kept_out(Fault.OFFER, "Seller sedang mengalami gangguan"),
    "63": _kept_out(Fault.NUMBER, "Tidak support transaksi multi"),
    "64": _kept_out(Fault.OTHER, "Tarik tiket gagal, coba nominal lain atau hubungi admin."),
    "65": _kept_out(Fault.NUMBER, "Limit transaksi multi"),
    "66": _kept_out(Fault.OFFER, "Cut Off (Perbaikan Sistem Seller)"),
    "67": _kept_out(Fault.OFFER, "Seller belum ter-verfikasi"),
    "68": _kept_out(Fault.OFFER, "Stok habis"),
    "69": _kept_out(Fault.OFFER, "Harga seller lebih besar dari ketentuan harga Buyer"),
    "70": _formed(Fault.OTHER, "Timeout Dari Biller", Kind.TWICE),
    "71": _formed(Fault.OFFER, "Produk Sedang Tidak Stabil"),
    "72": _formed(Fault.NUMBER, "Lakukan Unreg Paket Dahulu"),
    "73": _formed(Fault.NUMBER, "Kwh Melebihi Batas"),
    "74": _formed(Fault.OTHER, "Transaksi Refund", Kind.REVERSAL),
    "80": _kept_out(Fault.OFFER, "Akun Anda telah diblokir oleh Seller"),
    "81": _kept_out(Fault.OFFER, "Seller ini telah diblokir oleh Anda"),
    "82": _kept_out(Fault.SUPPLIER, "Akun Anda belum ter-verfikasi"),
    "83": _kept_out(Fault.OTHER, "Limitasi pengecekan pricelist"),
    "84": _formed(Fault.NUMBER, "Nominal tidak valid"),
    "85": _formed(Fault.OTHER, "Limitasi transaksi", Kind.TWICE, _NOT_IN_ENQUIRY),
    "86": _formed(Fault.OTHER, "Limitasi pengecekan nomor PLN", believed=_FIRST),
    "87": _kept_out(Fault.NUMBER, "Transaksi E-money wajib kelipatan Rp 1.000"),
    "88": _kept_out(Fault.SUPPLIER, "Akun Anda tidak dapat melakukan aksi ini"),
    "99": _pending("DF Router Issue"),
}
