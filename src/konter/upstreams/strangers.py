"""Strangers' values become ours, or None: an answer's field may be any type, or missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from konter.kernel.clock import WIB
from konter.kernel.errors import UnreadableAmount
from konter.kernel.money import MAX_RUPIAH, Rupiah, rupiah_from_wire

Fields = Mapping[str, Any]


def object_of(body: bytes) -> Fields | None:
    """A JSON object's fields; None when it is anything else."""
    try:
        found = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def rupiah_of(value: Any) -> Rupiah | None:
    """Whole rupiah, zero or more; None for a fraction, a minus, or what is no number."""
    if not isinstance(value, str | int | float | Decimal):
        return None
    try:
        amount = rupiah_from_wire(value)
    except UnreadableAmount:
        return None
    return amount if amount.amount >= 0 else None


def decimal_of(value: Any) -> Decimal | None:
    """A number of zero or more, written as number or text, a fraction allowed."""
    if type(value) not in (str, int, float) or (type(value) is int and abs(value) > MAX_RUPIAH):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= MAX_RUPIAH else None


def integer_of(value: Any) -> int | None:
    """``7`` or ``"7"`` or ``"-2"``: never true, a fraction, or a word."""
    if type(value) is int:
        return value if abs(value) < 10**20 else None
    if type(value) is str and len(value) < 20 and value.removeprefix("-").isdigit():
        return int(value) if value.isascii() else None
    return None


def text_of(value: Any, most: int = 500) -> str | None:
    """Text that is not empty, without NUL, which no database takes; a number as its digits."""
    if type(value) is int and abs(value) <= MAX_RUPIAH**2:
        return str(value)
    return (value.replace("\x00", "").strip()[:most] or None) if type(value) is str else None


def name_of(value: Any) -> str | None:
    """A reference or an id: short, printable, whole, or none at all."""
    found = text_of(value, 201)
    return found if found is not None and len(found) <= 200 and found.isprintable() else None


def address_of(value: Any) -> str | None:
    """An address that a browser may be sent to: nothing but http and https."""
    found = text_of(value, 2001)
    if found is None or len(found) > 2000 or not found.isprintable() or " " in found:
        return None
    return found if found.startswith(("https://", "http://")) else None


def moment_of(value: Any) -> datetime | None:
    """``2026-11-21 19:30:00`` in WIB, or unix seconds as number or text; UTC."""
    seconds = integer_of(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        found = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=WIB)
        return found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def basis_points_of(value: Any) -> int | None:
    """``"0.70"`` percent is 70; None for a finer part or what is no percentage."""
    percent = decimal_of(value)
    if percent is None or percent > 100 or percent * 100 != (percent * 100).to_integral_value():
        return None
    return int(percent * 100)


def shown(value: Any) -> str:
    """A stranger's value in a sentence of ours, never longer than the sentence."""
    if type(value) is str:
        return repr(value[:60])
    return str(value) if type(value) is int and abs(value) < MAX_RUPIAH else type(value).__name__


def plain_ascii(text: str, most: int) -> str:
    """Accents dropped, and whatever has no plain letter: some gateways sign only such text."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(letter if letter.isprintable() else " " for letter in flat if letter != "`")
    return " ".join(kept.split())[:most].strip()
