"""One product as those who run the shop see it: its facts, its offers, how its price came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx

PRODUCT = """
SELECT p.id, p.code, p.name, p.description, p.brand, p.type, c.name AS category, c.slug,
       c.is_active AS category_open, p.base_price, p.retail_price, p.reseller_price,
       p.retail_profit, p.reseller_profit, p.is_active, p.closed_because, p.created_at,
       p.amount_least, p.amount_most, p.amount_step,
       coalesce(own.kind, its.kind, any_.kind) AS route,
       CASE WHEN own.kind IS NOT NULL THEN 'product' WHEN its.kind IS NOT NULL THEN 'category'
            ELSE 'all' END AS route_of,
       (SELECT s.last_synced_at FROM catalogue.products_synced AS s WHERE s.product_id = p.id)
           AS last_synced_at
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
LEFT JOIN catalogue.routes AS own ON own.product_id = p.id
LEFT JOIN catalogue.routes AS its ON its.category_id = p.category_id
LEFT JOIN catalogue.routes AS any_ ON any_.product_id IS NULL AND any_.category_id IS NULL
WHERE p.id = %(id)s
"""

# In the order that they are tried.
OFFERS = """
SELECT o.account, o.sku, o.cost, o.seller, o.is_open, o.is_listed, o.stock, o.multi,
       o.cut_off_start, o.cut_off_end, o.priority, o.refused_at, o.refused_for,
       m.sku IS NOT NULL AS is_mapped, a.gate_closed_at IS NOT NULL AS gate_closed,
       a.paused_at IS NOT NULL AS is_paused, whole.opened_at IS NOT NULL AS account_broken,
       its.opened_at IS NOT NULL AS sku_broken, coalesce(jsonb_array_length(its.failures), 0)
           AS failures
FROM catalogue.offers AS o
LEFT JOIN catalogue.mappings AS m ON m.account = o.account AND m.sku = o.sku
LEFT JOIN suppliers.accounts AS a ON a.code = o.account
LEFT JOIN suppliers.breakers AS whole ON whole.account = o.account AND whole.sku = ''
LEFT JOIN suppliers.breakers AS its ON its.account = o.account AND its.sku = o.sku
WHERE o.product_id = %(id)s
ORDER BY CASE %(route)s::text WHEN 'cheapest' THEN 0 ELSE o.priority END, o.cost, o.priority,
         o.account, o.sku
"""

HISTORY = """
SELECT at, base_price, retail_price, reseller_price, because
FROM catalogue.price_history
WHERE product_id = %(id)s
ORDER BY at DESC LIMIT %(most)s
"""

MOST_HISTORY = 50


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """Amounts in whole rupiah, times UTC. ``route_of``: whose rule it is: product, category, all.
    ``closed_because``: upstream, vanished, margin, operator; None while it is on sale.
    ``amount_least``, ``_most``, ``_step``: what its buyer may choose; then all prices are fees."""

    id: int
    code: str
    name: str
    description: str
    brand: str
    type: str
    category: str
    slug: str
    category_open: bool
    base_price: int
    retail_price: int
    reseller_price: int
    retail_profit: int
    reseller_profit: int
    is_active: bool
    closed_because: str | None
    created_at: datetime
    amount_least: int | None
    amount_most: int | None
    amount_step: int | None
    route: str
    route_of: str
    last_synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """``stock`` None: unlimited. Cut-off: minutes of the day (WIB). ``failures``: of this SKU in
    a row, as its breaker counts them."""

    account: str
    sku: str
    cost: int
    seller: str
    is_open: bool
    is_listed: bool
    stock: int | None
    multi: bool
    cut_off_start: int | None
    cut_off_end: int | None
    priority: int
    refused_at: datetime | None
    refused_for: str | None
    is_mapped: bool
    gate_closed: bool
    is_paused: bool
    account_broken: bool
    sku_broken: bool
    failures: int

    @property
    def is_usable(self) -> bool:
        """Whether it would be tried now, as far as the offer, its account and breakers say."""
        stopped = self.gate_closed or self.is_paused or self.account_broken or self.sku_broken
        return self.is_open and not stopped and self.stock != 0


@dataclass(frozen=True, slots=True)
class PriceWas:
    """``because``: created, cost, rule, route, offers."""

    at: datetime
    base_price: int
    retail_price: int
    reseller_price: int
    because: str


@dataclass(frozen=True, slots=True)
class ProductLook:
    product: ProductFacts
    offers: tuple[OfferFacts, ...]
    history: tuple[PriceWas, ...]


async def look_product(tx: Tx, product_id: int) -> ProductLook | None:
    """The product with its offers in the order that they are tried, and its last 50 prices."""
    found = await tx.records(ProductFacts, PRODUCT, {"id": product_id})
    if not found:
        return None
    product = found[0]
    offers = await tx.records(OfferFacts, OFFERS, {"id": product_id, "route": product.route})
    history = await tx.records(PriceWas, HISTORY, {"id": product_id, "most": MOST_HISTORY})
    return ProductLook(product, tuple(offers), tuple(history))
