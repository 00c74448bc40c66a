"""What kind of thing a supplier's category is, and the slug it goes by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

TYPE_OF: Final[Mapping[str, str]] = {
    "games": "game",
    "pulsa": "pulsa",
    "paket-data": "data",
    "data": "data",  # Digiflazz's own name for it
    "pln": "pln",
    "e-money": "emoney",
    "voucher": "voucher",
}

NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


def slug_of(name: str) -> str:
    """``Paket Data`` becomes ``paket-data``; a name without any letter becomes ``lainnya``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return NOT_IN_A_SLUG.sub("-", plain).strip("-") or "lainnya"


def type_of(slug: str) -> str:
    """game, pulsa, data, pln, emoney, voucher, else other."""
    return TYPE_OF.get(slug, "other")
