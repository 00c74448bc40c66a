"""What the catalogue knows of an account before its list is compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from konter.catalogue.categories import slug_of, type_of
from konter.catalogue.compare import Category, Known, Standing
from konter.db.ids import IdBlocks
from konter.db.pool import Tx

# A product that has several offers, or a mapped one, is priced by all of them and not by one list.
KNOWN = """
SELECT o.sku, o.product_id, p.category_id, p.type, p.name, p.brand, p.description,
       p.base_price, p.retail_price, p.reseller_price, p.closed_because,
       o.cost, o.seller, o.is_open, o.stock, o.multi, o.cut_off_start, o.cut_off_end,
       o.is_listed, o.last_seen_at, o.refused_at,
       m.sku IS NOT NULL, shared.product_id IS NOT NULL, o.by_amount
FROM catalogue.offers AS o
JOIN catalogue.products AS p ON p.id = o.product_id
LEFT JOIN catalogue.mappings AS m ON m.account = o.account AND m.sku = o.sku
LEFT JOIN (
    SELECT product_id FROM catalogue.offers GROUP BY product_id HAVING count(*) > 1
    UNION
    SELECT product_id FROM catalogue.mappings
) AS shared ON shared.product_id = o.product_id
WHERE o.account = %(account)s
"""

CATEGORIES = """
SELECT c.slug, c.id, c.type, s.synced_at
FROM catalogue.categories AS c
LEFT JOIN catalogue.synced AS s ON s.category_id = c.id AND s.account = %(account)s
"""

ADD_CATEGORIES = """
INSERT INTO catalogue.categories (id, slug, name, type, created_at)
SELECT id, slug, name, type, %(now)s
FROM unnest(%(ids)s::bigint[], %(slugs)s::text[], %(names)s::text[], %(types)s::text[])
    AS fresh (id, slug, name, type)
"""


async def read_known(tx: Tx, account: str) -> dict[str, Known]:
    """The account's offers by SKU, with their products as they stand."""
    return {
        row[0]: Known(row[0], row[1], Standing._make(row[2:20]), *row[20:])
        for row in await tx.rows(KNOWN, {"account": account})
    }


async def read_categories(tx: Tx, account: str) -> tuple[dict[str, Category], dict[int, datetime]]:
    """All categories by slug, and when each (by id) was last synced from this account."""
    rows = await tx.rows(CATEGORIES, {"account": account})
    categories = {slug: Category(number, slug, kind) for slug, number, kind, _ in rows}
    return categories, {number: at for _, number, _, at in rows if at is not None}


async def add_categories(
    tx: Tx, fresh: Mapping[str, Category], names: Mapping[str, str], now: datetime
) -> None:
    """Add categories by slug, under the names that the supplier gives them."""
    await tx.run(
        ADD_CATEGORIES,
        {
            "ids": [category.id for category in fresh.values()],
            "slugs": list(fresh),
            "names": [names[slug] for slug in fresh],
            "types": [category.type for category in fresh.values()],
            "now": now,
        },
    )


async def category_named(tx: Tx, ids: IdBlocks, name: str, now: datetime) -> Category:
    """The category that a supplier calls so; it is added where there is none."""
    slug = slug_of(name)
    standing, _ = await read_categories(tx, "")
    if slug in standing:
        return standing[slug]
    (new_id,) = await ids.take(tx, 1)
    fresh = Category(new_id, slug, type_of(slug))
    await add_categories(tx, {slug: fresh}, {slug: name}, now)
    return fresh
