"""What can be bought right now, from whom, and in which order to try."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.kernel.money import Rupiah
from konter.suppliers.breaker import Key, free_probes
from konter.upstreams.contract import Amounts

BROKEN: Final = 21
"""The place of an offer's open breakers in a row of SELLABLES."""

# Asked for every order, so what is rare is looked at only where there is any: a route by cost (the
# most specific one counts), and a breaker that stands open before the offer or its account.
SELLABLES = """
SELECT p.id, p.code, p.name, p.description, p.brand, p.type, p.is_active AND c.is_active,
       p.retail_price, p.reseller_price,
       o.account, o.sku, o.cost, o.multi, o.stock, o.cut_off_start, o.cut_off_end, o.is_open,
       o.priority, p.amount_least, p.amount_most, p.amount_step,
       CASE WHEN EXISTS (SELECT FROM suppliers.breakers WHERE opened_at IS NOT NULL) THEN (
           SELECT array_agg(b.sku ORDER BY b.sku)
           FROM suppliers.breakers AS b
           WHERE b.account = o.account AND b.sku IN ('', o.sku) AND b.opened_at IS NOT NULL
       ) END
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
LEFT JOIN catalogue.offers AS o ON o.product_id = p.id
WHERE p.id = ANY(%(ids)s::bigint[])
ORDER BY
    CASE WHEN NOT EXISTS (SELECT FROM catalogue.routes WHERE kind = 'cheapest') THEN o.priority
    WHEN (
        SELECT r.kind FROM catalogue.routes AS r
        WHERE r.product_id = p.id
           OR (r.product_id IS NULL AND (r.category_id = p.category_id OR r.category_id IS NULL))
        ORDER BY r.product_id NULLS LAST, r.category_id NULLS LAST
        LIMIT 1
    ) = 'cheapest' THEN 0 ELSE o.priority END,
    o.cost, o.priority, o.account, o.sku
"""

# Rows that a sync is rewriting just now are passed by: its list says how they are, and a
# settlement waits for nobody's price list.
CLOSE_OFFERS = """
WITH refused AS (
    SELECT n.account, n.sku, n.because, n.at
    FROM unnest(
        %(account)s::text[], %(sku)s::text[], %(because)s::text[], %(at)s::timestamptz[]
    ) AS n (account, sku, because, at)
    JOIN catalogue.offers AS o ON o.account = n.account AND o.sku = n.sku AND o.is_open
    FOR NO KEY UPDATE OF o SKIP LOCKED
)
UPDATE catalogue.offers AS o
SET is_open = false, refused_at = refused.at, refused_for = refused.because
FROM refused
WHERE o.account = refused.account AND o.sku = refused.sku
RETURNING o.account, o.sku, o.product_id
"""

CLOSE_WITHOUT_OFFER = """
WITH bare AS (
    SELECT p.id
    FROM catalogue.products AS p
    WHERE p.id = ANY(%(product_ids)s::bigint[]) AND p.is_active AND NOT EXISTS (
        SELECT FROM catalogue.offers AS o WHERE o.product_id = p.id AND o.is_open
    )
    FOR NO KEY UPDATE OF p SKIP LOCKED
)
UPDATE catalogue.products AS p
SET is_active = false, closed_because = 'upstream'
FROM bare
WHERE p.id = bare.id
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """One account's SKU for a product. ``stock`` None: unlimited. Cut-off: minutes of the day
    (WIB), both None when there is none. ``multi`` False: one sale to one number a day.
    Lower ``priority`` is tried first. ``is_broken``: a breaker forbids it. ``probes``: the breakers
    that a purchase at it would try; one purchase each (``first_free``, ``take_probes``)."""

    account: str
    sku: str
    cost: Rupiah
    multi: bool
    stock: int | None
    cut_off_start: int | None
    cut_off_end: int | None
    is_open: bool
    priority: int
    is_broken: bool = False
    probes: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Sellable:
    """A product with its offers, in the order of its route. ``type``: game, pulsa, data, pln, …

    ``amounts``: it is an open denomination, and prices and costs are fees until it stands at an
    amount that was ``chosen`` (``amounts.priced``). Before that it has no usable offer.
    """

    product_id: int
    code: str
    name: str
    description: str
    brand: str
    type: str
    is_active: bool
    retail_price: Rupiah
    reseller_price: Rupiah
    offers: tuple[Offer, ...]
    amounts: Amounts | None = None
    chosen: Rupiah | None = None


class Closing(NamedTuple):
    """An offer that its upstream refused ``at`` (UTC): rc 43 and its kin."""

    account: str
    sku: str
    because: str
    at: datetime


async def sellables(
    tx: Tx, product_ids: Sequence[int], *, at: datetime | None = None
) -> dict[int, Sellable]:
    """The products by id, in one statement; ids that do not exist are left out.

    ``at``: breakers that have cooled by then may be tried, by this transaction alone (one statement
    more, where one stands open); whoever buys so says it to ``take_probes``. None: they are left
    alone.
    """
    rows = await tx.rows(SELLABLES, {"ids": list(product_ids)})
    stopped = [row for row in rows if row[BROKEN] is not None]
    free: set[Key] = set()
    if stopped and at is not None:
        free = await free_probes(tx, {key for row in stopped for key in _breakers(row)}, at=at)
    heads: dict[int, TupleRow] = {}
    offers: dict[int, list[Offer]] = {}
    for row in rows:
        heads[row[0]] = row
        of_product = offers.setdefault(row[0], [])
        if row[9] is not None:
            of_product.append(_offer(row, free))
    return {product_id: _sellable(heads[product_id], offers[product_id]) for product_id in heads}


def _breakers(row: TupleRow) -> tuple[Key, ...]:
    """Those that stand open before this row's offer."""
    return tuple((row[9], sku) for sku in row[BROKEN] or ())


def _sellable(row: TupleRow, offers: Sequence[Offer]) -> Sellable:
    product_id, code, name, description, brand, kind, is_active, retail, reseller = row[:9]
    amounts = None if row[18] is None else Amounts(*row[18:BROKEN])
    return Sellable(
        product_id,
        code,
        name,
        description,
        brand,
        kind,
        is_active,
        Rupiah(retail),
        Rupiah(reseller),
        tuple(offers),
        amounts,
    )


def _offer(row: TupleRow, free: Collection[Key]) -> Offer:
    account, sku, cost, multi, stock, start, end, is_open, priority = row[9:18]
    offer = Offer(account, sku, Rupiah(cost), multi, stock, start, end, is_open, priority)
    if row[BROKEN] is None:
        return offer
    probes = _breakers(row)
    return replace(offer, is_broken=any(key not in free for key in probes), probes=probes)


def usable_offers(
    sellable: Sellable,
    *,
    price: Rupiah,
    minimum_margin: Rupiah,
    minute_of_day_wib: int,
    blocked: Set[str],
) -> list[Offer]:
    """The offers to buy at now for a sale at ``price``, the first to try first.

    In the order of the product's route: open, in stock, out of cut-off, not at a ``blocked``
    account, not behind an open breaker, and leaving the margin. An open denomination of which
    nobody chose an amount has none: its costs are fees.
    """
    if sellable.amounts is not None and sellable.chosen is None:
        return []
    dearest = price.amount - minimum_margin.amount
    return [
        offer
        for offer in sellable.offers
        if offer.is_open
        and not offer.is_broken
        and offer.cost.amount <= dearest
        and (offer.stock is None or offer.stock > 0)
        and offer.account not in blocked
        and not in_cut_off(offer.cut_off_start, offer.cut_off_end, minute_of_day_wib)
    ]


def first_free(offers: Iterable[Offer], probing: Collection[Key]) -> Offer | None:
    """The first offer that tries no breaker which another order, in ``probing``, tries already."""
    return next((o for o in offers if not any(key in probing for key in o.probes)), None)


def in_cut_off(start: int | None, end: int | None, minute: int) -> bool:
    """Whether a seller is closed at this minute; the window may cross midnight."""
    if start is None or end is None or start == end:
        return False
    if start < end:
        return start <= minute < end
    return minute >= start or minute < end


async def close_offers(tx: Tx, closings: Sequence[Closing]) -> list[tuple[str, str]]:
    """Close offers that the upstream refused; answers (account, sku) of those that were open.

    Two statements, none for an empty list. A product closes with its last open offer. A price list
    fetched after ``at`` may reopen both; an older, cached one may not.
    """
    if not closings:
        return []
    latest = {(c.account, c.sku): c for c in sorted(closings, key=lambda c: c.at)}
    facts = {
        "account": [c.account for c in latest.values()],
        "sku": [c.sku for c in latest.values()],
        "because": [c.because.replace("\x00", "")[:200] for c in latest.values()],
        "at": [c.at for c in latest.values()],
    }
    rows = await tx.rows(CLOSE_OFFERS, facts)
    if rows:
        await tx.run(CLOSE_WITHOUT_OFFER, {"product_ids": sorted({row[2] for row in rows})})
    return [(account, sku) for account, sku, _ in rows]
