"""How names are written where people read them: suppliers shout, or put one capital on each word.

What a supplier gave stays as it is in the catalogue, in orders and towards machines, which compare
it; pages, messages and payment links write it so.
"""

from __future__ import annotations

import re
from typing import Final

OWN_WAY: Final = (
    "XL",
    "AXIS",
    "Tri",
    "by.U",
    "IM3",
    "PLN",
    "PDAM",
    "BPJS",
    "PGN",
    "PBB",
    "MNC",
    "TV",
    "OVO",
    "DANA",
    "GoPay",
    "ShopeePay",
    "LinkAja",
    "i.saku",
    "BRI",
    "BNI",
    "BCA",
    "PUBG",
    "UC",
    "GB",
    "MB",
)
"""Names and units that are neither one capital nor all capitals, or must be all capitals."""

ALSO: Final = {
    "go pay": "GoPay",
    "go-pay": "GoPay",
    "shopee pay": "ShopeePay",
    "shopee-pay": "ShopeePay",
    "link aja": "LinkAja",
    "isaku": "i.saku",
    "byu": "by.U",
    "by u": "by.U",
    "mobilelegend": "Mobile Legends",
    "mobilelegends": "Mobile Legends",
}
"""Other spellings of suppliers', in small letters."""

SMALL: Final = frozenset({"of", "the", "and", "dan", "di"})

_KNOWN: Final = {name.casefold(): name for name in OWN_WAY} | ALSO
_ANY: Final = re.compile(
    "(?<![a-z])("
    + "|".join(re.escape(name) for name in sorted(_KNOWN, key=len, reverse=True))
    + ")(?![a-z])",
    re.ASCII | re.IGNORECASE,
)


def written(name: str) -> str:
    """A product's name with the names in it as their owners write them: ``XL 10.000`` of
    ``Xl 10.000``, ``GoPay 50.000`` of ``Go Pay 50.000``. Whatever else it says stays."""
    return _ANY.sub(lambda found: _KNOWN[found[0].casefold()], name)


def brand_written(brand: str) -> str:
    """``Telkomsel`` of ``TELKOMSEL``; short ones are abbreviations and stay."""
    words = brand.split()
    if brand.isupper():
        words = [_word(word, is_first=place == 0) for place, word in enumerate(words)]
    return written(" ".join(words))


def _word(word: str, *, is_first: bool) -> str:
    if not is_first and word.casefold() in SMALL:
        return word.casefold()
    is_short = len(word) <= 3 or any(letter.isdigit() for letter in word)
    return word if is_short else word.capitalize()
