"""What a page of one's own was asked in its address: words, days, which page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from konter.kernel.clock import WIB
from konter.kernel.errors import Invalid, Refused
from konter.web.request import SiteRequest

LONGEST: Final = 100
MOST_LINE: Final = 2**53

BAD_DATE: Final = "Isi tanggal dengan benar"


@dataclass(frozen=True, slots=True)
class Days:
    """WIB, both included; None: any. ``faults``: what of it could not be read."""

    since: date | None
    until: date | None
    faults: dict[str, list[str]]

    @property
    def begin(self) -> datetime | None:
        """The first moment."""
        return None if self.since is None else _midnight(self.since)

    @property
    def end(self) -> datetime | None:
        """The first moment that is too late."""
        return None if self.until is None else _midnight(self.until + timedelta(days=1))


def asked_of(request: SiteRequest) -> dict[str, str]:
    """By name, without the spaces around; what is empty or no text is not there."""
    query = bytes(request.scope["query_string"]).decode("latin-1")
    try:
        pairs = parse_qsl(query, max_num_fields=50)
    except ValueError:
        return {}
    clean = {name: value.strip()[:LONGEST] for name, value in pairs}
    return {name: value for name, value in clean.items() if value and value.isprintable()}


def days_of(asked: Mapping[str, str]) -> Days:
    """``from`` and ``to``."""
    faults: dict[str, list[str]] = {}
    read: list[date | None] = []
    for name in ("from", "to"):
        try:
            day = date.fromisoformat(asked[name]) if name in asked else None
            if day is not None and not 2000 <= day.year <= 2999:
                raise ValueError
        except ValueError:
            faults[name], day = [BAD_DATE], None
        read.append(day)
    return Days(read[0], read[1], faults)


def number_of(asked: Mapping[str, str], name: str) -> int | None:
    """A line or a page, from 1; None: none was asked for."""
    text = asked.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else 0
    return number if 0 < number <= MOST_LINE else None


def query_of(asked: Mapping[str, str], *, without: str, **changed: str | int | None) -> str:
    """The address's query again, with these changed; empty or ``?…``."""
    kept = {name: value for name, value in asked.items() if name != without}
    told = {**kept, **{name: value for name, value in changed.items() if value is not None}}
    return f"?{urlencode(told)}" if told else ""


def told_of(error: Refused | None, *shown: str) -> dict[str, object]:
    """Of a refused form: each shown field's fault beside it, and anything else above the form."""
    faults = error.errors if isinstance(error, Invalid) else {}
    beside = {name: said for name, said in faults.items() if name in shown}
    above = next((said[0] for name, said in faults.items() if name not in shown), "")
    if error is not None and not faults:
        above = error.text
    return {"faults": beside, "trouble_said": above}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=WIB)
