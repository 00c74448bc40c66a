"""An upstream's words as a buyer may read them: everything that is ours is cut out.

Sellers write freely, and some append our deposit, our cost or their transaction number, e.g.
``T#210288912 ... Saldo 9.990.000 - 10.000 = 9.980.000`` (H2H sellers' reply texts).
"""

from __future__ import annotations

import re

# A product may be called after somebody else's money: Saldo Gojek 10.000.
OURS = re.compile(
    r"\s*[,;.(@-]*\s*\b(?:sisa\s+)?(?:saldo|sal|deposit|depo|hrg|hpp|modal|harga\s+beli|cost)\b"
    r"(?!\s+(?:dana|ovo|go-?pay|gojek|grab|link\s?aja|shopee|i\.?saku|maxim|astra|doku|kaspro)).*",
    re.IGNORECASE | re.DOTALL,
)
THEIR_NUMBER = re.compile(r"\bT#\s*\w+\s*", re.IGNORECASE)


def buyers_words(text: str) -> str:
    """``text`` up to the first word about our money, without the upstream's own number."""
    return THEIR_NUMBER.sub("", OURS.sub("", text)).strip()
