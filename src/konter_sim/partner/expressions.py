"""What the partner's operator pasted into Otomax, letter by letter from the shop's document.

Nothing else reads the shop's lines here: what no expression fits is not understood, and leaves the
transaction as it was.
"""

import re
from collections.abc import Mapping
from typing import Final

EXPRESSIONS: Final[Mapping[str, str]] = {
    "proses": r"^R#(?<trxid>\S+) T#(?<clientid>\d+) (?<kode>[A-Za-z0-9_-]+)\.(?<tujuan>\S+) "
    r"akan diproses\. Hrg (?<hargabeli>[\d.]+)\. Saldo (?<saldo>[\d.]+)",
    "sukses": r"^R#(?<trxid>\S+) T#(?<clientid>\d+) (?<kode>[A-Za-z0-9_-]+)\.(?<tujuan>\S+) "
    r"SUKSES\. SN/Ref: (?<sn>.+?)\. Hrg (?<hargabeli>[\d.]+)\. Saldo (?<saldo>[\d.]+)",
    "gagal": r"^R#(?<trxid>\S+) (?:T#(?<clientid>\d+) )?(?<kode>[A-Za-z0-9_-]+)\.(?<tujuan>\S+) "
    r"GAGAL\. (?<keterangan1>.+?)\. Saldo (?<saldo>[\d.]+)",
    "tidak ada": r"^R#(?<trxid>\S+) TIDAK ADA transaksi Tujuan (?<tujuan>\S+) pada tgl ",
}
"""In .NET's spelling, by what they recognise."""

BALANCE: Final = r"^Saldo (?<saldo>[\d.]+)$"

TICKET: Final = (
    r"^Tiket (?<tiket>\S+)\. Bayar (?<nominal>[\d.]+) lewat (?<lewat>\S+): (?<kode>\S+)\. "
    r"Berlaku sampai (?<sampai>.+)$"
)

Found = dict[str, str | None]


def read(line: str) -> list[tuple[str, Found]]:
    """Every expression that fits, with its named groups: one at most, if the shop is true."""
    found = ((name, _python(text).search(line)) for name, text in EXPRESSIONS.items())
    return [(name, match.groupdict()) for name, match in found if match]


def read_one(expression: str, line: str) -> Found | None:
    match = _python(expression).search(line)
    return match.groupdict() if match else None


def rupiah(text: str | None) -> int | None:
    """``1.321``"""
    return None if text is None else int(text.replace(".", "") or 0)


def _python(expression: str) -> re.Pattern[str]:
    """The same expression in Python's spelling."""
    return re.compile(re.sub(r"\(\?<(\w+)>", r"(?P<\1>", expression))
