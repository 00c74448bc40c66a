"""Why OkeConnect refuses, in its words: whose fault it is, and whether the refusal is one at all.

There are no codes, so ours are words of the trade. What no row knows is nobody's fault in
particular, and what contradicts itself is no refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from konter.kernel.outcome import Fault, Rejected

DEPOSIT_SHORT: Final = "44"
"""What the engine calls a deposit that is too small, at every supplier: a top-up reopens it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """``pattern`` is searched in a reason in lower case; the first row that fits decides."""

    pattern: re.Pattern[str]
    fault: Fault
    code: str
    twice: bool = False
    reversal: bool = False


def _row(
    words: str, fault: Fault, code: str, *, twice: bool = False, reversal: bool = False
) -> _Row:
    return _Row(re.compile(words), fault, code, twice, reversal)


# The exact texts for a short deposit, closed products, limits and maintenance are not known; these
# are the words that engines of this family use. A missing row costs a failover, never money.
_ROWS: Final = (
    _row(r"\bpin salah|\bpassword salah", Fault.SUPPLIER, "pin"),
    _row(r"\bip (?:anda )?tidak (?:sesuai|terdaftar|kami kenali)", Fault.SUPPLIER, "ip"),
    _row(r"\bpengguna tidak ditemukan|^too short$", Fault.SUPPLIER, "akun"),
    _row(r"\breseller\b.*\b(?:non-?aktif|tidak aktif|diblokir)", Fault.SUPPLIER, "akun"),
    _row(r"\bsaldo (?:anda )?(?:(?:tidak|tdk) (?:men)?cukup|kurang\b)",
         Fault.SUPPLIER, DEPOSIT_SHORT),
    _row(r"\btime ?out\b|\bbatas waktu\b", Fault.OTHER, "timeout", twice=True),
    _row(r"\brefund|\bdibatalkan", Fault.OTHER, "refund", reversal=True),
    _row(r"\bunreg\b", Fault.NUMBER, "unreg"),
    _row(r"\bkwh melebihi", Fault.NUMBER, "kwh"),
    _row(r"\bgangguan|\bmaintenance|\bperbaikan|\bpemeliharaan|\bsibuk", Fault.OFFER, "gangguan"),
    _row(r"\bcut ?-?off|\btutup\b|\bditutup", Fault.OFFER, "tutup"),
    _row(r"\bsto[ck]k? (?:kosong|habis)", Fault.OFFER, "stok"),
    _row(r"\b(?:produk|kode|sku|denom)\b.*\b(?:tidak|tdk|salah|non-?aktif|kosong)",
         Fault.OFFER, "produk"),
    _row(r"\b(?:harga|qty) (?:tidak|tdk) sesuai", Fault.OFFER, "harga"),
    _row(r"\b(?:no|nomor|nomer|tujuan|id|msisdn|pelanggan|meter)\b.*"
         r"\b(?:salah|tidak|tdk|bukan|diblokir|blacklist|expired|hangus)", Fault.NUMBER, "nomor"),
    _row(r"\b(?:cek|periksa|diperiksa) kembali (?:no|nomor|nomer|tujuan|id)\b",
         Fault.NUMBER, "nomor"),
    _row(r"\bblacklist|\b(?:di )?luar (?:wilayah|cluster)|\barea tidak cocok",
         Fault.NUMBER, "nomor"),
    _row(r"\bsudah (?:ter|di)?bayar", Fault.NUMBER, "terbayar"),
    _row(r"\btagihan belum", Fault.NUMBER, "tagihan"),
)  # fmt: skip

_CONTRADICTION: Final = re.compile(
    r"\b(?:sedang|akan|segera) (?:di)?proses|\bmasih dalam proses|\bmenunggu jawaban|\binprogress\b"
    r"|\bsempat sukses|\bsukses sebagian|(?<!tidak )(?<!belum )(?<!tdk )(?<!blm )\bberhasil\b"
)
"""A reason that says that it may yet come, or that it came."""

MOST: Final = 300


def refusal(reason: str, *, formed: bool) -> Rejected | None:
    """The refusal that ``reason`` explains; None when it contradicts itself.

    ``formed``: a transaction number was given, or the status call knew it.
    """
    words = reason.strip(" .")[:MOST]
    lowered = words.casefold()
    if _CONTRADICTION.search(lowered):
        return None
    shown = words or "GAGAL"
    for row in _ROWS:
        if row.pattern.search(lowered):
            return Rejected(row.fault, formed, shown, row.code, row.twice, row.reversal)
    return Rejected(Fault.OTHER, formed, shown, "gagal")
