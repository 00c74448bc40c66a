"""What each product can be bought for, and where: for operators, never for a buyer."""

from __future__ import annotations

from dataclasses import dataclass

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.products import NoSuchProduct

# Without a product: those where there is a choice, or where an operator made one.
OFFERS = """
SELECT o.account, o.sku, p.code, p.name, o.cost, o.priority, o.is_open, o.is_listed,
       m.sku IS NOT NULL AS is_mapped,
       coalesce(own.kind, its.kind, any_.kind) AS route,
       p.base_price, p.is_active,
       EXISTS (
           SELECT FROM suppliers.breakers AS b
           WHERE b.account = o.account AND b.sku IN ('', o.sku) AND b.opened_at IS NOT NULL
       ) AS is_broken
FROM catalogue.offers AS o
JOIN catalogue.products AS p ON p.id = o.product_id
LEFT JOIN catalogue.routes AS own ON own.product_id = p.id
LEFT JOIN catalogue.routes AS its ON its.category_id = p.category_id
LEFT JOIN catalogue.routes AS any_ ON any_.product_id IS NULL AND any_.category_id IS NULL
LEFT JOIN catalogue.mappings AS m ON m.account = o.account AND m.sku = o.sku
WHERE (%(account)s::text IS NULL OR o.account = %(account)s)
  AND CASE WHEN %(code)s::text IS NULL THEN
      m.sku IS NOT NULL OR o.product_id IN (SELECT product_id FROM catalogue.mappings)
      ELSE p.code = %(code)s END
ORDER BY p.code,
         CASE coalesce(own.kind, its.kind, any_.kind) WHEN 'cheapest' THEN 0 ELSE o.priority END,
         o.cost, o.priority, o.account, o.sku
"""

HAS_PRODUCT = "SELECT 1 FROM catalogue.products WHERE code = %(code)s"


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer in the order that it is tried. Amounts in whole rupiah; ``base_price``: what the
    product's price stands on. ``is_broken``: a breaker stands open before it."""

    account: str
    sku: str
    code: str
    name: str
    cost: int
    priority: int
    is_open: bool
    is_listed: bool
    is_mapped: bool
    route: str
    base_price: int
    is_active: bool
    is_broken: bool


async def list_offers(
    desk: CatalogueDesk, *, product_code: str | None = None, account: str | None = None
) -> list[OfferShown]:
    """A product's offers, or (None) those of all products that have mapped ones; first to try
    first. Raises NoSuchProduct."""
    facts = {"code": product_code, "account": account}
    async with desk.db.read() as tx:
        shown = await tx.records(OfferShown, OFFERS, facts)
        if shown or product_code is None or await tx.row(HAS_PRODUCT, facts) is not None:
            return shown
    raise NoSuchProduct(product=product_code)
