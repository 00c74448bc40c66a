"""Looking at the shelf, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync import SyncReport, sync_products
from tests.suppliers.build import ACCOUNT

PRODUCT = """
SELECT p.id, p.name, p.type, p.base_price, p.retail_price, p.reseller_price, p.closed_because,
       p.is_active, o.cost, o.is_open, o.is_listed, s.last_synced_at
FROM catalogue.products AS p
JOIN catalogue.offers AS o ON o.product_id = p.id
JOIN catalogue.products_synced AS s ON s.product_id = p.id
WHERE p.code = %(code)s
"""

HISTORY = """
SELECT h.because, h.base_price, h.retail_price, h.reseller_price
FROM catalogue.price_history AS h
JOIN catalogue.products AS p ON p.id = h.product_id
WHERE p.code = %(code)s
ORDER BY h.at
"""

# xmin and ctid move with every rewriting of a row.
VERSIONS = """
SELECT 'product', p.id::text, p.xmin::text, p.ctid::text FROM catalogue.products AS p
UNION ALL
SELECT 'offer', o.sku, o.xmin::text, o.ctid::text FROM catalogue.offers AS o
"""


async def sync(desk: CatalogueDesk, **wish: Any) -> SyncReport:
    return await sync_products(desk, account=ACCOUNT, **wish)


async def product(desk: CatalogueDesk, code: str) -> dict[str, Any]:
    async with desk.db.read() as tx:
        (found,) = await tx.dicts(PRODUCT, {"code": code})
    return found


async def history(desk: CatalogueDesk, code: str) -> list[tuple[Any, ...]]:
    async with desk.db.read() as tx:
        return await tx.rows(HISTORY, {"code": code})


async def versions(desk: CatalogueDesk) -> set[tuple[Any, ...]]:
    async with desk.db.read() as tx:
        return set(await tx.rows(VERSIONS))


async def synced_at(desk: CatalogueDesk, code: str) -> datetime:
    at = (await product(desk, code))["last_synced_at"]
    assert isinstance(at, datetime)
    return at


async def closed_because(desk: CatalogueDesk, code: str) -> str | None:
    found = await product(desk, code)
    assert found["is_active"] == (found["closed_because"] is None)
    because = found["closed_because"]
    assert because is None or isinstance(because, str)
    return because
