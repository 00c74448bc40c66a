"""What Otomax reads of us: one line for each thing that can be said, in words that never change.

The operator of a partner's Otomax pastes the expressions below into its supplier module; it then
finds an order by product code and destination, and its end by one word. So every line is ASCII, has
its parts in one order, and holds that word once, whatever a supplier wrote. A change of wording
breaks every partner: add a line, never alter one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from konter.kernel.clock import WIB
from konter.orders.states import FINAL, PUBLIC, OrderState
from konter.upstreams.strangers import plain_ascii

HEAD: Final = r"^R#(?<trxid>\S+) T#(?<clientid>\d+) (?<kode>[A-Za-z0-9_-]+)\.(?<tujuan>\S+) "

EXPRESSIONS: Final[Mapping[str, str]] = {
    "proses": HEAD + r"akan diproses\. Hrg (?<hargabeli>[\d.]+)\. Saldo (?<saldo>[\d.]+)",
    "sukses": HEAD
    + r"SUKSES\. SN/Ref: (?<sn>.+?)\. Hrg (?<hargabeli>[\d.]+)\. Saldo (?<saldo>[\d.]+)",
    "gagal": r"^R#(?<trxid>\S+) (?:T#(?<clientid>\d+) )?(?<kode>[A-Za-z0-9_-]+)\.(?<tujuan>\S+) "
    r"GAGAL\. (?<keterangan1>.+?)\. Saldo (?<saldo>[\d.]+)",
    "tidak ada": r"^R#(?<trxid>\S+) TIDAK ADA transaksi Tujuan (?<tujuan>\S+) pada tgl ",
}
"""What to paste into Otomax (.NET syntax), by what it recognises. Of a line, exactly one fits."""

SUCCESS_CODE: Final = 20
FAILURE_CODE: Final = 40
WAITING_CODE: Final = 1
"""Otomax's own numbers, as a report's ``status``."""

LONGEST_SERIAL: Final = 300
LONGEST_REASON: Final = 120
NO_SERIAL: Final = "-"
UNSAID: Final = "Transaksi gagal"
REFUNDED: Final = "Dana dikembalikan"

TRAPS = re.compile(
    r"SUKSES|SUCCESS|BERHASIL|GAGAL|FAILED|DIBATALKAN|(?:AKAN|SEDANG|SEGERA) DIPROSES"
    r"|DALAM PROSES|INPROGRESS|MENUNGGU JAWABAN|TIDAK ADA TRANSAKSI|SUDAH PERNAH|SDH PERNAH|TRX KE"
    r"|\bSALDO(?=\W*\d)|\bHRG(?=\W*\d)|\bSN(?=\s*[:/=])|R#|T#",
    re.IGNORECASE,
)
"""Words by which some expression, ours or a hand-made one, would take a line for another."""


@dataclass(frozen=True, slots=True)
class Line:
    """Whom a line is about. ``dest``: as the partner wrote it. ``price`` and ``balance`` in whole
    rupiah; a balance below zero is shown as none, for the expressions know no minus."""

    ref: str
    order_id: int
    code: str
    dest: str
    price: int
    balance: int
    at: datetime


def line_of(line: Line, state: OrderState, *, serial: str | None, reason: str | None) -> str:
    """Where an order stands, whatever its state: for its report, and for whoever asks again."""
    word = PUBLIC[state]
    if word == "success":
        return sukses(line, serial)
    if word in FINAL:
        return gagal(line, REFUNDED if word == "refund" else reason)
    return proses(line)


def code_of(state: OrderState) -> int:
    """Otomax's number for a state."""
    word = PUBLIC[state]
    if word == "success":
        return SUCCESS_CODE
    return FAILURE_CODE if word in FINAL else WAITING_CODE


def proses(line: Line) -> str:
    """Taken, and not decided yet."""
    money = f"Hrg {_dots(line.price)}. Saldo {_dots(line.balance)}"
    return f"{_head(line)} akan diproses. {money} @{line.at.astimezone(WIB):%H:%M}"


def sukses(line: Line, serial: str | None) -> str:
    """Delivered; without a serial number, a dash in its place."""
    money = f"Hrg {_dots(line.price)}. Saldo {_dots(line.balance)}"
    return f"{_head(line)} SUKSES. SN/Ref: {clean_serial(serial)}. {money} {_day(line.at)}"


def gagal(line: Line, reason: str | None) -> str:
    """Failed, or taken back: the partner's money is theirs again."""
    said = clean_reason(reason)
    return f"{_head(line)} GAGAL. {said}. Saldo {_dots(line.balance)} {_day(line.at)}"


def reject(*, ref: str, code: str, dest: str, reason: str | None, balance: int) -> str:
    """Refused at the door: there is no order, so there is no number of ours."""
    about = f"R#{_word(ref)} {_code(code)}.{_word(dest)}"
    return f"{about} GAGAL. {clean_reason(reason)}. Saldo {_dots(balance)}"


def none(*, ref: str, dest: str, at: datetime) -> str:
    """Asked about an order that there is not."""
    day = f"{at.astimezone(WIB):%d/%m/%Y}"
    return (
        f"R#{_word(ref)} TIDAK ADA transaksi Tujuan {_word(dest)} pada tgl {day}. Tidak ada data."
    )


def dest_of(target_id: str, server_id: str | None) -> str:
    """A destination of two parts as our how-tos ask for it, so that who ordered so finds it again
    in our answers."""
    return f"{target_id}({server_id})" if server_id else target_id


def clean_serial(serial: str | None) -> str:
    """A serial number that stands in a line: whole, but on one line, in ASCII, without a full stop
    before a space, and with trap words broken. The JSON doors give it as it is."""
    return _harmless(serial or "", LONGEST_SERIAL).rstrip(" .,") or NO_SERIAL


def clean_reason(reason: str | None) -> str:
    """A reason that stands in a line."""
    return _harmless(reason or "", LONGEST_REASON).rstrip(" .,") or UNSAID


def _harmless(text: str, most: int) -> str:
    plain = plain_ascii(text, most)
    return TRAPS.sub(_broken, re.sub(r"\.(?= )", ",", plain))[:most]


def _broken(trap: re.Match[str]) -> str:
    """Still to be read by a person, and no word any more: S-UKSES."""
    return f"{trap[0][0]}-{trap[0][1:].lstrip('#')}"


def _head(line: Line) -> str:
    return f"R#{_word(line.ref)} T#{line.order_id} {_code(line.code)}.{_word(line.dest)}"


def _word(text: str) -> str:
    """One word: no space that would end it."""
    return plain_ascii(text, 64).replace(" ", "") or "0"


def _code(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", plain_ascii(code, 64)) or "-"


def _dots(amount: int) -> str:
    """``1.321``"""
    return f"{max(0, amount):,}".replace(",", ".")


def _day(at: datetime) -> str:
    return f"@{at.astimezone(WIB):%d/%m %H:%M}"
