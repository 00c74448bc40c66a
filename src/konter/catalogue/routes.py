"""Which of a product's offers is tried first: one rule for all, one a category, one a product."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from konter.catalogue.basis import rebase
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.catalogue.prices import Repriced, RuleBook, read_rules
from konter.catalogue.products import NoSuchProduct
from konter.catalogue.sync import NoSuchCategory
from konter.db.pool import Tx
from konter.kernel.errors import Invalid
from konter.people.audit import Deed, note_if

ROUTES = """
SELECT r.kind, p.code, c.slug
FROM catalogue.routes AS r
LEFT JOIN catalogue.products AS p ON p.id = r.product_id
LEFT JOIN catalogue.categories AS c ON c.id = r.category_id
ORDER BY r.product_id NULLS FIRST, c.slug NULLS FIRST, p.code
"""

PRODUCT = "SELECT id FROM catalogue.products WHERE code = %(code)s"

CATEGORY = "SELECT id FROM catalogue.categories WHERE slug = %(slug)s"

SET_ROUTE = """
INSERT INTO catalogue.routes (product_id, category_id, kind)
VALUES (%(product_id)s, %(category_id)s, %(kind)s)
ON CONFLICT (product_id, category_id) DO UPDATE SET kind = excluded.kind
"""

DROP_ROUTE = """
DELETE FROM catalogue.routes
WHERE product_id IS NOT DISTINCT FROM %(product_id)s::bigint
  AND category_id IS NOT DISTINCT FROM %(category_id)s::bigint
"""

# Only where there is a choice can a route change a price.
TOUCHED = """
SELECT p.id
FROM catalogue.products AS p
JOIN catalogue.offers AS o ON o.product_id = p.id
WHERE (%(product_id)s::bigint IS NULL OR p.id = %(product_id)s)
  AND (%(category_id)s::bigint IS NULL OR p.category_id = %(category_id)s)
GROUP BY p.id
HAVING count(*) > 1
"""


class RouteKind(StrEnum):
    """``fixed``: by the offers' priority, then by cost. ``cheapest``: by cost, then by priority."""

    FIXED = "fixed"
    CHEAPEST = "cheapest"


@dataclass(frozen=True, slots=True)
class Route:
    """One rule; of a product (its code), of a category (its slug), or with neither of all."""

    kind: RouteKind
    product_code: str | None = None
    category_slug: str | None = None


async def list_routes(desk: CatalogueDesk) -> list[Route]:
    """All rules, the one for all first; the most specific one wins."""
    async with desk.db.read() as tx:
        rows = await tx.rows(ROUTES)
    return [Route(RouteKind(kind), code, slug) for kind, code, slug in rows]


async def set_route(desk: CatalogueDesk, route: Route, *, deed: Deed | None = None) -> Repriced:
    """Set or replace the rule of this scope; the prices that stand on another offer now follow.

    A repeat changes nothing. Raises NoSuchProduct, NoSuchCategory, CatalogueBusy, and Invalid where
    both a product and a category are named.
    """
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        scope = await _scope(tx, route)
        await tx.run(SET_ROUTE, {**scope, "kind": route.kind})
        await note_if(tx, deed, at=desk.clock.now())
        return await _follow(tx, desk, scope)


async def drop_route(desk: CatalogueDesk, route: Route, *, deed: Deed | None = None) -> Repriced:
    """Remove the rule of a product or a category (``kind`` is not looked at); as ``set_route``.

    Raises Invalid for the rule of all, which can only be replaced.
    """
    if route.product_code is None and route.category_slug is None:
        raise Invalid({"route": ["Rute bawaan tidak dapat dihapus, hanya diganti"]})
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        scope = await _scope(tx, route)
        await tx.run(DROP_ROUTE, scope)
        await note_if(tx, deed, at=desk.clock.now())
        return await _follow(tx, desk, scope)


async def _scope(tx: Tx, route: Route) -> dict[str, int | None]:
    if route.product_code is not None and route.category_slug is not None:
        raise Invalid({"route": ["Pilih produk atau kategori, bukan keduanya"]})
    product = category = None
    if route.product_code is not None:
        product = await tx.row(PRODUCT, {"code": route.product_code})
        if product is None:
            raise NoSuchProduct(product=route.product_code)
    if route.category_slug is not None:
        category = await tx.row(CATEGORY, {"slug": route.category_slug})
        if category is None:
            raise NoSuchCategory(category=route.category_slug)
    return {
        "product_id": product[0] if product else None,
        "category_id": category[0] if category else None,
    }


async def _follow(tx: Tx, desk: CatalogueDesk, scope: dict[str, int | None]) -> Repriced:
    return await rebase(
        tx,
        [product_id for (product_id,) in await tx.rows(TOUCHED, scope)],
        RuleBook(await read_rules(tx)),
        minimum_margin=desk.minimum_margin.amount,
        why="route",
        at=desk.clock.now(),
    )
