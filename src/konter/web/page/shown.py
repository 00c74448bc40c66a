"""How pages write amounts and times: rupiah with dots, the hour of Western Indonesia."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from markupsafe import Markup

from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.web.page.office_words import office_in
from konter.web.page.words import Lang, say_in

LOCALES = {"id": "id_ID", "en": "en_GB"}


def rupiah(amount: int | Rupiah) -> str:
    """``Rp 10.000``, whatever the language: nobody here writes it otherwise. The space holds."""
    value = amount if isinstance(amount, Rupiah) else Rupiah(amount)
    return value.shown().replace(" ", "\u00a0")


def filters(lang: Lang) -> dict[str, Callable[..., str]]:
    """For templates: ``when`` 22 Nov 2026 10.15, ``day`` 22 November 2026, ``hour`` 10.15,
    ``count`` 1.234, ``rupiah`` Rp 1.234; times are WIB. ``told``: a text made at
    run time, in the visitor's language. ``office``: what the books say in short English words."""
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
        "told": say_in(lang),
        "office": office_in(lang),
    }
