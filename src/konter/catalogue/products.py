"""What an operator decides about a product: off the shelf, and back on it."""

from __future__ import annotations

from konter.catalogue.desk import CatalogueDesk
from konter.kernel.errors import NotFound
from konter.people.audit import Deed, note_if

CLOSE = """
UPDATE catalogue.products
SET is_active = false, closed_because = 'operator'
WHERE code = %(code)s
RETURNING id
"""

REOPEN = """
WITH judged AS (
    SELECT p.id,
           CASE
               WHEN NOT EXISTS (
                   SELECT FROM catalogue.offers AS o WHERE o.product_id = p.id AND o.is_listed
               ) THEN 'vanished'
               WHEN NOT EXISTS (
                   SELECT FROM catalogue.offers AS o WHERE o.product_id = p.id AND o.is_open
               ) THEN 'upstream'
               WHEN least(p.retail_profit, p.reseller_profit) < %(minimum_margin)s THEN 'margin'
           END AS because
    FROM catalogue.products AS p
    WHERE p.code = %(code)s
)
UPDATE catalogue.products AS p
SET is_active = judged.because IS NULL, closed_because = judged.because
FROM judged
WHERE p.id = judged.id
RETURNING p.closed_because
"""


class NoSuchProduct(NotFound):
    """No product has this code or id."""

    code = "no_such_product"
    message = "Produk tidak ditemukan"


async def close_product(desk: CatalogueDesk, code: str, *, deed: Deed | None = None) -> None:
    """Take a product off the shelf; no sync and no repricing brings it back.

    A repeat does nothing. Raises NoSuchProduct.
    """
    async with desk.db.transaction() as tx:
        if await tx.row(CLOSE, {"code": code}) is None:
            raise NoSuchProduct(product=code)
        await note_if(tx, deed, at=desk.clock.now())


async def reopen_product(desk: CatalogueDesk, code: str, *, deed: Deed | None = None) -> str | None:
    """Put it back; answers why it stays closed nevertheless (upstream, vanished, margin) or None.

    A repeat does nothing. Raises NoSuchProduct.
    """
    facts = {"code": code, "minimum_margin": desk.minimum_margin.amount}
    async with desk.db.transaction() as tx:
        row = await tx.row(REOPEN, facts)
        if row is None:
            raise NoSuchProduct(product=code)
        await note_if(tx, deed, at=desk.clock.now())
    return None if row[0] is None else str(row[0])
