"""What a biller says of its bill, as a customer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from babel.dates import format_date

from konter.kernel.money import Rupiah
from konter.orders.bills import BillView
from konter.web.page.shown import LOCALES, rupiah
from konter.web.page.words import Lang

OF_MONEY: Final = frozenset({"nilai_tagihan", "denda", "biaya_lain", "tagihan", "total", "pokok"})
NOT_SHOWN: Final = frozenset({"admin", "lembar_tagihan"})
"""What their admin fee is beside ours would only confuse."""

MOST_LINES: Final = 30


def periods_of(bill: BillView, lang: Lang) -> str:
    """``Januari 2026, Februari 2026``; what is no month stays as it was said."""
    return ", ".join(_month(period, lang) for period in bill.periods)


def details_of(bill: BillView) -> list[tuple[str, str]]:
    """Names and values, sheet by sheet; the biller's own words."""
    return list(_lines(bill.details))[:MOST_LINES]


def _lines(told: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if name in NOT_SHOWN:
            continue
        if isinstance(value, list):
            for number, one in enumerate(value, start=1):
                if isinstance(one, dict) and (said := _joined(one)):
                    yield f"Lembar {number}", said
        elif not isinstance(value, dict) and value not in (None, ""):
            yield _name(name), _value(name, value)


def _joined(sheet: Mapping[str, object]) -> str:
    return " · ".join(
        f"{_name(name)} {_value(name, value)}"
        for name, value in sheet.items()
        if name not in NOT_SHOWN and isinstance(value, str | int) and value not in ("", "0", 0)
    )


def _name(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _value(name: str, value: object) -> str:
    text = str(value)[:200]
    is_money = name in OF_MONEY and text.isascii() and text.isdigit() and len(text) < 16
    return rupiah(Rupiah(int(text))) if is_money else text


def _month(period: str, lang: Lang) -> str:
    year, _, month = period.partition("-")
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12 and len(year) == 4):
        return period
    return format_date(date(int(year), int(month), 1), "MMMM y", locale=LOCALES[lang])
