"""The cost that a product's price stands on, where it has several offers: of the one that its route
tries first, as it stands.

A product with one offer needs no such look; its price follows its own list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from konter.catalogue.prices import Repriced, RuleBook, closing
from konter.db.pool import Tx

STANDING = """
SELECT DISTINCT ON (p.id)
       p.id, c.slug, p.brand, p.base_price, p.retail_price, p.reseller_price, p.closed_because,
       CASE WHEN o.is_open THEN o.cost END, coalesce(o.is_listed, false)
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
LEFT JOIN catalogue.routes AS own ON own.product_id = p.id
LEFT JOIN catalogue.routes AS its ON its.category_id = p.category_id
LEFT JOIN catalogue.routes AS any_ ON any_.product_id IS NULL AND any_.category_id IS NULL
LEFT JOIN catalogue.offers AS o ON o.product_id = p.id
WHERE p.id = ANY(%(ids)s::bigint[])
ORDER BY p.id, o.is_open DESC NULLS LAST, o.is_listed DESC NULLS LAST,
         CASE coalesce(own.kind, its.kind, any_.kind) WHEN 'cheapest' THEN 0 ELSE o.priority END,
         o.cost
"""

REBASE = """
WITH rebased AS (
    UPDATE catalogue.products AS p
    SET base_price = r.base, retail_price = r.retail, reseller_price = r.reseller,
        closed_because = r.because, is_active = r.because IS NULL
    FROM unnest(
        %(id)s::bigint[], %(base)s::bigint[], %(retail)s::bigint[], %(reseller)s::bigint[],
        %(because)s::text[], %(was)s::text[], %(moved)s::boolean[]
    ) AS r (id, base, retail, reseller, because, was, moved)
    WHERE p.id = r.id AND p.closed_because IS NOT DISTINCT FROM r.was
    RETURNING p.id, p.base_price, p.retail_price, p.reseller_price, r.moved
)
INSERT INTO catalogue.price_history
    (product_id, at, base_price, retail_price, reseller_price, because)
SELECT id, %(at)s, base_price, retail_price, reseller_price, %(why)s
FROM rebased
WHERE moved
"""


class _Wanted(NamedTuple):
    """A product whose row is to change; ``was`` and ``because``: why it was, and is, closed."""

    id: int
    base: int
    retail: int
    reseller: int
    because: str | None
    was: str | None
    moved: bool


async def rebase(
    tx: Tx,
    product_ids: Collection[int],
    book: RuleBook,
    *,
    minimum_margin: int,
    why: str,
    at: datetime,
) -> Repriced:
    """Put these products' prices on the offer that would be used first, and open or close them.

    Call it under ``take_turn``. ``why``: as the price history has it (cost, route). Two statements,
    one where all is as it should be; repeating it changes nothing.
    """
    if not product_ids:
        return Repriced(0, 0, 0)
    changed: list[_Wanted] = []
    for row in await tx.rows(STANDING, {"ids": sorted(product_ids)}):
        product_id, slug, brand, *standing, was, best, is_listed = row
        base = standing[0] if best is None else best
        prices = book.prices(base, slug, brand)
        because = "operator" if was == "operator" else _upstream(best, is_listed)
        because = closing(because, min(prices) - base, minimum_margin)
        moved = [base, *prices] != standing
        if moved or because != was:
            changed.append(_Wanted(product_id, base, *prices, because, was, moved))
    if changed:
        columns = dict(zip(_Wanted._fields, map(list, zip(*changed, strict=True)), strict=True))
        await tx.run(REBASE, {**columns, "at": at, "why": why})
    return Repriced(
        repriced=sum(one.moved for one in changed),
        closed=sum(one.was is None and one.because is not None for one in changed),
        reopened=sum(one.was is not None and one.because is None for one in changed),
    )


def _upstream(cost: int | None, is_listed: bool) -> str | None:
    """Why nothing can be bought for it; None where an open offer has this cost."""
    if cost is not None:
        return None
    return "upstream" if is_listed else "vanished"
