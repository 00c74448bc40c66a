"""A catalogue that buys from two suppliers: Digiflazz makes the products, OkeConnect follows."""

from __future__ import annotations

from typing import Any

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.mappings import Mapped, map_offer
from konter.catalogue.offers import Offer, sellables, usable_offers
from konter.catalogue.sync import SyncReport, sync_products

SECOND = "okeconnect-main"

PRODUCT = """
SELECT p.id, p.code, p.name, p.brand, p.base_price, p.retail_price, p.reseller_price,
       p.closed_because
FROM catalogue.products AS p
WHERE p.code = %(code)s
"""

OFFERS = """
SELECT o.account, o.sku, o.cost, o.is_open
FROM catalogue.offers AS o
JOIN catalogue.products AS p ON p.id = o.product_id
WHERE p.code = %(code)s
ORDER BY o.account, o.sku
"""


async def sync_second(desk: CatalogueDesk, **wish: Any) -> SyncReport:
    return await sync_products(desk, account=SECOND, **wish)


async def maps(desk: CatalogueDesk, sku: str, code: str, **wish: Any) -> Mapped:
    return await map_offer(desk, SECOND, sku, code, by="ani", **wish)


async def product(desk: CatalogueDesk, code: str) -> dict[str, Any]:
    async with desk.db.read() as tx:
        (found,) = await tx.dicts(PRODUCT, {"code": code})
    return found


async def offers(desk: CatalogueDesk, code: str) -> list[tuple[Any, ...]]:
    async with desk.db.read() as tx:
        return await tx.rows(OFFERS, {"code": code})


async def tried(desk: CatalogueDesk, code: str) -> list[Offer]:
    """What would be tried for a sale at the retail price, in order."""
    number = (await product(desk, code))["id"]
    async with desk.db.transaction() as tx:
        found = (await sellables(tx, [number], at=desk.clock.now()))[number]
    return usable_offers(
        found,
        price=found.retail_price,
        minimum_margin=desk.minimum_margin,
        minute_of_day_wib=600,
        blocked=frozenset(),
    )


async def accounts_tried(desk: CatalogueDesk, code: str) -> list[str]:
    return [offer.account for offer in await tried(desk, code)]
