"""What a biller says of its bill, as a customer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from konter.kernel.money import Rupiah
from konter.orders.bills import BillView
from konter.web.page.shown import periods, rupiah
from konter.web.page.words import Lang, say_in

OF_MONEY: Final = frozenset({"nilai_tagihan", "denda", "biaya_lain", "tagihan", "total", "pokok"})
NOT_SHOWN: Final = frozenset({"admin", "lembar_tagihan"})
"""What their admin fee is beside ours would only confuse."""

PERIOD: Final = "periode"

MOST_LINES: Final = 30


def details_of(bill: BillView, lang: Lang) -> list[tuple[str, str]]:
    """Names and values, sheet by sheet; the biller's own words, with what we know of them in the
    visitor's language."""
    return list(_lines(bill.details, lang))[:MOST_LINES]


def _lines(told: Mapping[str, object], lang: Lang) -> Iterator[tuple[str, str]]:
    say = say_in(lang)
    for name, value in told.items():
        if name in NOT_SHOWN:
            continue
        if isinstance(value, list):
            for number, one in enumerate(value, start=1):
                if isinstance(one, dict) and (said := _joined(one, lang)):
                    yield say("Lembar {number}").format(number=number), said
        elif not isinstance(value, dict) and value not in (None, ""):
            yield _name(name, lang), _value(name, value, lang)


def _joined(sheet: Mapping[str, object], lang: Lang) -> str:
    return " · ".join(
        f"{_name(name, lang)} {_value(name, value, lang)}"
        for name, value in sheet.items()
        if name not in NOT_SHOWN and isinstance(value, str | int) and value not in ("", "0", 0)
    )


def _name(key: str, lang: Lang) -> str:
    return say_in(lang)(key.replace("_", " ").capitalize())


def _value(name: str, value: object, lang: Lang) -> str:
    text = str(value)[:200]
    if name == PERIOD:
        return periods((one.strip() for one in text.split(",")), lang)
    is_money = name in OF_MONEY and text.isascii() and text.isdigit() and len(text) < 16
    return rupiah(Rupiah(int(text))) if is_money else text
