"""Write what a comparison found: rows go over in one COPY, then a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from konter.catalogue.compare import Changes, Written
from konter.db.pool import Tx
from konter.upstreams.contract import Amounts

MAKE_ROOM = """
CREATE TEMPORARY TABLE listed (
    product_id bigint, sku text, category_id bigint, type text, name text, brand text,
    description text, base_price bigint, retail_price bigint, reseller_price bigint,
    closed_because text, cost bigint, seller text, is_open boolean, stock bigint, multi boolean,
    cut_off_start smallint, cut_off_end smallint, is_listed boolean, last_seen_at timestamptz,
    is_new boolean, new_face boolean, new_prices boolean, was_closed_because text, code text
) ON COMMIT DROP
"""

COPY_LISTED = "COPY listed FROM STDIN"

ADD_PRODUCTS = """
INSERT INTO catalogue.products (
    id, code, category_id, name, brand, type, description,
    base_price, retail_price, reseller_price, is_active, closed_because, created_at
)
SELECT product_id, code, category_id, name, brand, type, description,
       base_price, retail_price, reseller_price, closed_because IS NULL, closed_because, %(now)s
FROM listed
WHERE is_new
"""

SAY_AMOUNTS = """
UPDATE catalogue.products AS p
SET amount_least = n.least, amount_most = n.most, amount_step = n.step
FROM unnest(%(id)s::bigint[], %(least)s::bigint[], %(most)s::bigint[], %(step)s::bigint[])
    AS n (id, least, most, step)
WHERE p.id = n.id
"""

ADD_OFFERS = """
INSERT INTO catalogue.offers (
    account, sku, product_id, cost, seller, is_open, stock, multi, cut_off_start, cut_off_end,
    by_amount
)
SELECT %(account)s, sku, product_id, cost, seller, is_open, stock, multi, cut_off_start,
       cut_off_end, product_id = ANY(%(by_amount)s::bigint[])
FROM listed
WHERE is_new
"""

CHANGE_PRODUCTS = """
UPDATE catalogue.products AS p
SET category_id = l.category_id, type = l.type, name = l.name, brand = l.brand,
    description = l.description, base_price = l.base_price, retail_price = l.retail_price,
    reseller_price = l.reseller_price, closed_because = l.closed_because,
    is_active = l.closed_because IS NULL
FROM listed AS l
WHERE p.id = l.product_id AND l.new_face AND NOT l.is_new
  AND p.closed_because IS NOT DISTINCT FROM l.was_closed_because
"""

CHANGE_OFFERS = """
UPDATE catalogue.offers AS o
SET cost = l.cost, seller = l.seller, stock = l.stock, multi = l.multi,
    cut_off_start = l.cut_off_start, cut_off_end = l.cut_off_end, is_listed = l.is_listed,
    last_seen_at = l.last_seen_at,
    is_open = l.is_open AND (o.refused_at IS NULL OR o.refused_at < %(listed_at)s)
FROM listed AS l
WHERE o.account = %(account)s AND o.sku = l.sku AND NOT l.is_new
"""

KEEP_HISTORY = """
INSERT INTO catalogue.price_history
    (product_id, at, base_price, retail_price, reseller_price, because)
SELECT product_id, %(now)s, base_price, retail_price, reseller_price,
       CASE WHEN is_new THEN 'created' ELSE 'cost' END
FROM listed
WHERE new_prices
"""

MARK = """
INSERT INTO catalogue.synced (account, category_id, synced_at)
SELECT %(account)s, category_id, %(listed_at)s
FROM unnest(%(category_ids)s::bigint[]) AS seen (category_id)
ON CONFLICT (account, category_id) DO UPDATE SET synced_at = excluded.synced_at
WHERE catalogue.synced.synced_at < excluded.synced_at
"""

CODES = "SELECT code FROM catalogue.products"


async def rewrite(
    tx: Tx, changes: Changes, *, account: str, listed_at: datetime, now: datetime
) -> None:
    """Write the changes; what stayed as it was is not touched, only its category is marked."""
    facts = {
        "account": account,
        "listed_at": listed_at,
        "now": now,
        "category_ids": sorted(changes.category_ids),
        "by_amount": list(changes.amounts),
    }
    if changes.rows:
        await tx.run(MAKE_ROOM)
        await _copy(tx, changes.rows, await _codes(tx, changes.rows))
        if changes.created:
            await tx.run(ADD_PRODUCTS, facts)
            await say_amounts(tx, changes.amounts)
            await tx.run(ADD_OFFERS, facts)
        # Offers first, as ``close_offers`` takes them: so the two never wait in a circle.
        await tx.run(CHANGE_OFFERS, facts)
        await tx.run(CHANGE_PRODUCTS, facts)
        await tx.run(KEEP_HISTORY, facts)
    await tx.run(MARK, facts)


async def say_amounts(tx: Tx, amounts: Mapping[int, Amounts]) -> None:
    """What may be chosen of these open denominations, by product; whole rupiah."""
    if amounts:
        columns = zip(*amounts.values(), strict=True)
        named = dict(zip(Amounts._fields, map(list, columns), strict=True))
        await tx.run(SAY_AMOUNTS, {"id": list(amounts), **named})


async def _copy(tx: Tx, rows: Sequence[Written], codes: dict[str, str]) -> None:
    async with tx.connection.cursor() as cursor, cursor.copy(COPY_LISTED) as copy:
        for row in rows:
            await copy.write_row(
                (row.product_id, row.sku, *row.standing, *row[3:], codes.get(row.sku))
            )


async def _codes(tx: Tx, rows: Sequence[Written]) -> dict[str, str]:
    """A code for each new product: its SKU, with a number where another product has it already."""
    fresh = [row.sku for row in rows if row.is_new]
    if not fresh:
        return {}
    taken = {code for (code,) in await tx.rows(CODES)}
    codes: dict[str, str] = {}
    for sku in fresh:
        code, number = sku, 1
        while code in taken:
            number += 1
            code = f"{sku}-{number}"
        taken.add(code)
        codes[sku] = code
    return codes
