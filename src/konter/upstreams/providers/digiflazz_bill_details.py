"""A bill that Digiflazz found: its amounts, whose it is, for which months, and until when.

Every kind of product tells more of its own; that is kept whole, and nothing is decided by it.
Months and days come as the billers write them: ``201901``, ``MEI 2019``, ``MEI 22``, ``0320``,
``1-15 DES 2014``. What is none of these (a count, a year, an instalment) is no month.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from konter.upstreams.biller_contract import BillFound
from konter.upstreams.providers.digiflazz_words import (
    Words,
    decode_mended,
    message_of,
    rupiah_of,
    text_of,
)


def found_bill(words: Words) -> BillFound | str:
    """The bill, or why its amounts cannot be believed. ``price`` is what leaves our deposit."""
    total, admin, cost = map(rupiah_of, (words.selling_price, words.admin, words.price))
    if total is None or admin is None or cost is None:
        return "an amount that is missing or cannot be read"
    if not 0 <= admin.amount <= total.amount or total.amount <= 0 or cost.amount <= 0:
        return "amounts that contradict each other"
    details = _details(words)
    return BillFound(
        customer_name=text_of(words.customer_name)[:200],
        selling_price=total,
        admin=admin,
        cost=cost,
        periods=_periods(details),
        due_date=_due_date(details),
        details=details,
        message=message_of(words),
    )


def _details(words: Words) -> dict[str, object]:
    """``desc`` as it is, and beside it the ``periode`` of the whole bill. What cannot be read, or
    is nested too deep to be a bill's, is empty: the transcript has it."""
    try:
        told = _kept(decode_mended(msgspec.json.decode, bytes(words.desc)), depth=0)
    except (ValueError, RecursionError):
        told = None
    details: dict[str, object] = told if isinstance(told, dict) else {}
    if told and not details:
        details["desc"] = told
    if period := text_of(words.periode):
        details.setdefault("periode", period[:200])
    return details


def _kept(value: Any, *, depth: int) -> Any:
    """What a database can hold: no NUL, no infinity. Raises ValueError where it is too deep."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if type(value) is str:
        return value.replace("\x00", "")
    if type(value) is dict:
        return {
            key.replace("\x00", ""): _kept(each, depth=depth + 1) for key, each in value.items()
        }
    if type(value) is list:
        return [_kept(each, depth=depth + 1) for each in value]
    return str(value) if type(value) is float and not math.isfinite(value) else value


_DEEPEST: Final = 8


def _places(details: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Where a bill speaks: in each of its sheets, and above them."""
    sheets = details.get("detail")
    for sheet in sheets if isinstance(sheets, list) else [sheets]:
        if isinstance(sheet, dict):
            yield sheet
    yield details


def _periods(details: Mapping[str, object]) -> tuple[str, ...]:
    """Every month that is named, once, in order; what cannot be read stays in the details."""
    named = [str(place.get("periode", "")) for place in _places(details)]
    months = {period_of(text) for names in named for text in names.split(",")}
    return tuple(sorted(month for month in months if month is not None))


def period_of(text: str) -> str | None:
    """``YYYY-MM``, or None when this names no single month."""
    text = " ".join(text.casefold().split())
    if found := _NAMED.fullmatch(text):
        return _month(_MONTHS.get(found[1]), found[2])
    for shape in _NUMBERED:
        if (found := shape.fullmatch(text)) and (month := _month(int(found["m"]), found["y"])):
            return month
    return None


def _month(month: int | None, year: str) -> str | None:
    whole_year = int(year) + (2000 if len(year) == 2 else 0)
    if month is None or not 1 <= month <= 12 or not _FIRST_YEAR <= whole_year <= _LAST_YEAR:
        return None
    return f"{whole_year}-{month:02}"


def _due_date(details: Mapping[str, object]) -> str | None:
    """The first of the days until which its sheets can be paid."""
    told = [place.get(key) for place in _places(details) for key in _DUE]
    days = [day_of(text) for text in told if isinstance(text, str)]
    return min((day for day in days if day is not None), default=None)


def day_of(text: str) -> str | None:
    """``YYYY-MM-DD``; of a span of days the last; None when this is no day."""
    text = " ".join(text.casefold().split())
    for shape in _DAYS:
        if found := shape.fullmatch(text):
            named = found["m"]
            month = int(named) if named.isdigit() else _MONTHS.get(named, 0)
            return _day(int(found["y"]), month, int(found["d"]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if year >= _FIRST_YEAR else None
    except ValueError:
        return None


_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2099

_DUE: Final = ("jatuh_tempo", "tgl_jatuh_tempo", "tanggal_jatuh_tempo", "due_date")

_NAMED: Final = re.compile(r"([a-z]{3,9})[ ./-]?([0-9]{4}|[0-9]{2})")
_NUMBERED: Final = tuple(
    re.compile(shape)
    for shape in (
        r"(?P<y>[0-9]{4})[ ./-]?(?P<m>[0-9]{2})",
        r"(?P<m>[0-9]{2})[ ./-]?(?P<y>[0-9]{4})",
        r"(?P<m>[0-9]{2})(?P<y>[0-9]{2})",
    )
)
_DAYS: Final = tuple(
    re.compile(shape)
    for shape in (
        r"(?P<y>[0-9]{4})(?P<s>[-/.]?)(?P<m>[0-9]{2})(?P=s)(?P<d>[0-9]{2})(?:[ t][0-9:.]+z?)?",
        r"(?P<d>[0-9]{1,2})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})",
        r"(?:[0-9]{1,2} ?- ?)?(?P<d>[0-9]{1,2})[ ./-](?P<m>[a-z]{3,9})[ ./-](?P<y>[0-9]{4})",
    )
)

_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb peb februari pebruari february",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu ags agt agus agust agustus aug august",
            "sep sept september",
            "okt oct oktober october",
            "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}
