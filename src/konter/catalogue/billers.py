"""Whose bill it is: one key for a biller, whatever the SKU, the seller and the spelling.

By this key a bill that was paid is known again, so it must not change with a comma.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class BillKind(StrEnum):
    """What a bill is for. EMONEY is no debt: the same one may be paid again on the same day."""

    ELECTRICITY = "electricity"
    WATER = "water"
    INTERNET = "internet"
    HEALTH = "health"
    EMPLOYMENT = "employment"
    FINANCE = "finance"
    LAND_TAX = "land_tax"
    REGIONAL_TAX = "regional_tax"
    VEHICLE_TAX = "vehicle_tax"
    GAS = "gas"
    TV = "tv"
    PHONE = "phone"
    EMONEY = "emoney"
    OTHER = "other"


class BillerKey(NamedTuple):
    """``key``: ``pln``, ``bpjs-kesehatan``, ``pdam:aetra``."""

    key: str
    kind: BillKind


@dataclass(frozen=True, slots=True)
class _Trade:
    """``marks``: known by these letters anywhere, ``words``: by these words only.

    ``one``: the trade is one biller's. Else the name tells them apart, without ``filler``.
    """

    kind: BillKind
    key: str
    marks: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    one: bool = False
    filler: frozenset[str] = frozenset()


_AT_WORK: Final = ("ketenagakerjaan", "tenagakerja", "bpjstk", "jamsostek")

_TOWNS: Final = frozenset({"kota", "kotamadya", "kodya", "pemkot", "pemda", "daerah", "lainnya"})

_TRADES: Final = (
    _Trade(BillKind.ELECTRICITY, "pln-nontaglis", ("nontaglis", "nontagihanlistrik"), one=True),
    _Trade(BillKind.ELECTRICITY, "pln", ("pln", "tagihanlistrik"), one=True),
    _Trade(BillKind.EMPLOYMENT, "bpjs-tk", _AT_WORK, one=True),
    _Trade(BillKind.HEALTH, "bpjs-kesehatan", ("bpjs",), one=True),
    _Trade(BillKind.WATER, "pdam", ("pdam",), filler=_TOWNS | {"pdam", "air"}),
    _Trade(
        BillKind.LAND_TAX,
        "pbb",
        ("pajakbumi",),
        frozenset({"pbb", "pbbp2"}),
        filler=_TOWNS | {"pbb", "pbbp2", "p2", "pajak", "bumi", "dan", "bangunan"},
    ),
    _Trade(BillKind.VEHICLE_TAX, "samsat", ("samsat",), filler=_TOWNS | {"e", "samsat", "esamsat"}),
    _Trade(
        BillKind.EMONEY,
        "emoney",
        ("emoney", "ewallet"),
        filler=frozenset({"e", "money", "emoney", "wallet", "ewallet"}),
    ),
    _Trade(
        BillKind.FINANCE,
        "multifinance",
        ("finance", "angsuran", "cicilan"),
        filler=frozenset({"multifinance", "multi", "finance", "angsuran", "cicilan", "kredit"}),
    ),
    _Trade(
        BillKind.GAS,
        "gas",
        ("pertagas",),
        frozenset({"gas", "pgas", "pgn"}),
        filler=frozenset({"gas"}),
    ),
    _Trade(
        BillKind.REGIONAL_TAX,
        "pajak",
        words=frozenset({"pajak", "retribusi", "pdl"}),
        filler=_TOWNS | {"pajak", "pdl"},
    ),
    _Trade(
        BillKind.INTERNET,
        "internet",
        ("internet", "indihome", "wifi"),
        filler=frozenset({"internet", "wifi"}),
    ),
    _Trade(BillKind.TV, "tv", ("tvkabel",), frozenset({"tv"}), filler=frozenset({"tv", "kabel"})),
    _Trade(
        BillKind.PHONE,
        "hp",
        ("seluler", "telepon"),
        frozenset({"hp", "telp", "halo"}),
        filler=frozenset({"hp", "kartu", "seluler"}),
    ),
)
"""The first that fits names the trade."""

_FILLER: Final = frozenset(
    {"pascabayar", "pasca", "bayar", "postpaid", "tagihan", "pembayaran", "rekening", "bill"}
    | {"pt", "tbk", "persero"}
)

_SHORT: Final = {"kabupaten": "kab", "provinsi": "prov", "propinsi": "prov"}

_STATE_GAS: Final = frozenset({"", "negara", "pgas", "pgn", "perusahaannegara", "pgnnegara"})

_LONGEST: Final = 80
"""Letters of a key: it stands in the key of a table."""

KEY: Final = re.compile(r"[a-z0-9]+([:-][a-z0-9]+)*")


def biller_of(name: str, brand: str) -> BillerKey:
    """The biller of a listed item. Case, punctuation, spaces and ``Pascabayar`` make no difference,
    nor do the seller and the SKU."""
    trade = _trade_of(brand) or _trade_of(name)
    if trade is None:
        return BillerKey(_joined(_rest(brand), _rest(name)), BillKind.OTHER)
    if trade.one:
        return _one(trade, brand, name)
    company = _rest(name, trade.filler) or _rest(brand, trade.filler)
    if trade.kind is BillKind.GAS and company in _STATE_GAS:
        company = "pgn"
    return BillerKey(_joined(trade.key, company), trade.kind)


def is_key(text: str) -> bool:
    """Whether a person may call a biller so."""
    return len(text) <= _LONGEST and KEY.fullmatch(text) is not None


def _trade_of(text: str) -> _Trade | None:
    words = _words(text)
    letters = "".join(words)
    for trade in _TRADES:
        if trade.words.intersection(words) or any(mark in letters for mark in trade.marks):
            return trade
    return None


def _one(trade: _Trade, brand: str, name: str) -> BillerKey:
    """The brand names the trade, and the name may say which part of it: what PLN asks for beside
    its bills; health, or an employer's or a person's own insurance at work."""
    words = _words(f"{brand} {name}")
    letters = "".join(words)
    if trade.kind is BillKind.ELECTRICITY:
        return BillerKey("pln-nontaglis" if "nontag" in letters else "pln", trade.kind)
    if not any(mark in letters for mark in _AT_WORK):
        return BillerKey("bpjs-kesehatan", BillKind.HEALTH)
    by_employer = "penerimaupah" in letters and "bukanpenerimaupah" not in letters
    if by_employer or "tkpu" in letters or "pu" in words:
        return BillerKey("bpjs-tkpu", BillKind.EMPLOYMENT)
    return BillerKey("bpjs-tk", BillKind.EMPLOYMENT)


def _rest(text: str, filler: frozenset[str] = frozenset()) -> str:
    """What tells one company from another, its letters alone."""
    return "".join(word for word in _words(text) if word not in filler and word not in _FILLER)


def _joined(first: str, second: str) -> str:
    parts = dict.fromkeys(part for part in (first, second) if part)
    return ":".join(parts)[:_LONGEST] or "other"


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    found = "".join(c if c.isalnum() else " " for c in bare).split()
    return [_SHORT.get(word, word) for word in found]
