"""How brands and kinds of things look: tiles of letters and marks of our own, never their logos."""

from __future__ import annotations

import zlib
from typing import Final

from konter.catalogue.billers import BillKind
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.shelves import Deal
from konter.catalogue.written import brand_written
from konter.kernel.errors import Unavailable
from konter.people.permits import Role
from konter.web.page.guard import visit
from konter.web.request import SiteRequest

COLOURS: Final = 8

SAY_MORE: Final = frozenset({"data", "voucher", "emoney", "other"})

TYPES: Final = ("pulsa", "data", "game", "pln", "emoney", "voucher", "other")
"""In the order of how much they are bought."""

KIND_MARKS: Final = {
    BillKind.ELECTRICITY: "pln",
    BillKind.WATER: "water",
    BillKind.INTERNET: "data",
    BillKind.HEALTH: "health",
    BillKind.EMPLOYMENT: "health",
    BillKind.TV: "tv",
    BillKind.PHONE: "pulsa",
    BillKind.GAS: "gas",
    BillKind.EMONEY: "emoney",
}


def initials(brand: str) -> str:
    """One or two letters for its tile."""
    words = [word for word in brand.replace(".", " ").split() if word[:1].isalnum()]
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else brand[:2]
    return letters.upper()


def colour(brand: str) -> int:
    """Which of the tiles' colours: the same one every time."""
    return zlib.crc32(brand.casefold().encode()) % COLOURS


def rank(kind: str) -> int:
    """For sorting categories by their type."""
    return TYPES.index(kind) if kind in TYPES else len(TYPES)


def mark_of(kind: BillKind) -> str:
    return KIND_MARKS.get(kind, "bill")


def role_of(request: SiteRequest) -> Role | None:
    """Whose prices are shown."""
    person = visit(request).person
    return person.role if person else None


def catalogue_of(request: SiteRequest) -> CatalogueDesk:
    """Raises Unavailable on a site that sells nothing."""
    desk = request.desks.catalogue
    if desk is None:
        raise Unavailable
    return desk


def note_of(deal: Deal) -> str:
    """What a seller says of a product beyond its name; of most it is the name again, or how the
    supplier wants the number."""
    note = " ".join(deal.description.split())
    if deal.type not in SAY_MORE or note in ("", "-") or "pelanggan" in note.casefold():
        return ""
    said, name = note.casefold(), deal.name.casefold()
    return "" if said in name or name in said else note


FACES: Final = {
    "brand_name": brand_written,
    "initials": initials,
    "colour": colour,
    "note_of": note_of,
}
"""For every template of the shop."""
