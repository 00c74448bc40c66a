"""The whole price list for those who resell: every product, at their price, open or closed."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from psycopg.rows import TupleRow

from konter.db.pool import Tx

PRICES = """
SELECT p.code, p.name, p.description, c.name, p.brand, p.type, p.reseller_price,
       p.is_active AND c.is_active, c.slug, p.amount_least, p.amount_most, p.amount_step
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
ORDER BY c.name, p.brand, p.reseller_price, p.code
"""


class OpenShown(Struct, frozen=True):
    """What may be chosen of an open denomination, in multiples of ``step``, and the ``fee`` that
    comes on top; whole rupiah."""

    least: int
    most: int
    step: int
    fee: int

    def fits(self, amount: int) -> bool:
        return self.least <= amount <= self.most and amount % self.step == 0


class Listed(Struct, frozen=True):
    """One product; ``price`` in whole rupiah: of an open denomination, for the least amount, and
    ``open`` says the rest. A Struct, because a list makes ten thousand."""

    code: str
    name: str
    description: str
    category: str
    brand: str
    type: str
    price: int
    is_active: bool
    category_slug: str
    open: OpenShown | None = None


async def list_prices(tx: Tx) -> list[Listed]:
    """All products, by category, brand and price."""
    return [_listed(row) for row in await tx.rows(PRICES)]


def _listed(row: TupleRow) -> Listed:
    if row[9] is None:
        return Listed(*row[:9])
    least, most, step = row[9:]
    shown = OpenShown(least, most, step, fee=row[6])
    return msgspec.structs.replace(Listed(*row[:9]), price=least + shown.fee, open=shown)
