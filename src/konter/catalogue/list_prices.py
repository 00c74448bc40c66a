"""The whole price list for those who resell: every product, at their price, open or closed."""

from __future__ import annotations

from msgspec import Struct

from konter.db.pool import Tx

PRICES = """
SELECT p.code, p.name, p.description, c.name, p.brand, p.type, p.reseller_price,
       p.is_active AND c.is_active, c.slug
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
ORDER BY c.name, p.brand, p.reseller_price, p.code
"""


class Listed(Struct, frozen=True):
    """One product; ``price`` in whole rupiah. A Struct, because a list makes ten thousand."""

    code: str
    name: str
    description: str
    category: str
    brand: str
    type: str
    price: int
    is_active: bool
    category_slug: str


async def list_prices(tx: Tx) -> list[Listed]:
    """All products, by category, brand and price."""
    return [Listed(*row) for row in await tx.rows(PRICES)]
