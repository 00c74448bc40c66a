"""The bills that a page offers: those that are open, without what they cost us."""

from __future__ import annotations

from dataclasses import dataclass

from konter.catalogue.billers import BillKind
from konter.catalogue.desk import CatalogueDesk

OPEN = """
SELECT code, name, brand, kind
FROM catalogue.bill_products
WHERE is_active AND buyer_open AND seller_open AND is_listed
ORDER BY name, code
"""


@dataclass(frozen=True, slots=True)
class BillOffered:
    """``code``: what it is checked and paid by."""

    code: str
    name: str
    brand: str
    kind: BillKind


async def bills_offered(desk: CatalogueDesk) -> list[BillOffered]:
    """All that are open, by name."""
    async with desk.db.read() as tx:
        rows = await tx.rows(OPEN)
    return [BillOffered(code, name, brand, BillKind(kind)) for code, name, brand, kind in rows]
