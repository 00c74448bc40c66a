"""How pages write amounts and times: rupiah with dots, the hour of Western Indonesia."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from markupsafe import Markup

from konter.catalogue.written import brand_written, written
from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.orders.checkout import NO_NAME
from konter.web.page.office_words import office_in
from konter.web.page.words import Lang, say_in

LOCALES = {"id": "id_ID", "en": "en_GB"}

MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)-?(?P<month>0[1-9]|1[0-2])", re.ASCII)
"""A bill's period, as we keep it and as most billers write it."""


def rupiah(amount: int | Rupiah) -> str:
    """``Rp 10.000``, whatever the language: nobody here writes it otherwise. The space holds."""
    value = amount if isinstance(amount, Rupiah) else Rupiah(amount)
    return value.shown().replace(" ", "\u00a0")


def period(told: str, lang: Lang) -> str:
    """``November 2026`` of ``2026-11`` and ``202611``; what is no month stays as it was told."""
    found = MONTH.fullmatch(told.strip())
    if found is None:
        return told
    first = date(int(found["year"]), int(found["month"]), 1)
    return format_date(first, "MMMM y", locale=LOCALES[lang])


def periods(told: Iterable[str], lang: Lang) -> str:
    """``November 2026, Desember 2026``."""
    return ", ".join(period(one, lang) for one in told)


def called(name: str, lang: Lang) -> str:
    """Who buys: as they call themselves, or ``Pelanggan`` in the visitor's language."""
    say = say_in(lang)
    return say("Pelanggan") if name == NO_NAME else name


def filters(lang: Lang) -> dict[str, Callable[..., str]]:
    """For templates: ``when`` 22 Nov 2026 10.15, ``day`` 22 November 2026, ``hour`` 10.15,
    ``count`` 1.234, ``rupiah`` Rp 1.234; times are WIB. ``period``: a bill's month. ``called``: a
    buyer's name, ``written``: a product's, ``brand``: a brand's. ``told``: a text made at run time,
    in the visitor's language. ``office``: what the books say in short English words."""
    locale = LOCALES[lang]

    def when(moment: datetime) -> Markup:
        local = moment.astimezone(WIB)
        text = f"{format_datetime(local, 'd MMM y HH.mm', locale=locale)} WIB"
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), text)

    def day(moment: datetime) -> str:
        return format_date(moment.astimezone(WIB), "d MMMM y", locale=locale)

    def hour(moment: datetime) -> str:
        return format_time(moment.astimezone(WIB), "HH.mm", locale=locale)

    def count(number: int) -> str:
        return format_decimal(number, locale=locale)

    return {
        "rupiah": rupiah,
        "when": when,
        "day": day,
        "hour": hour,
        "count": count,
        "period": partial(period, lang=lang),
        "called": partial(called, lang=lang),
        "written": written,
        "brand": brand_written,
        "periods": partial(periods, lang=lang),
        "told": say_in(lang),
        "office": office_in(lang),
    }
