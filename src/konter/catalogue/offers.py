"""What can be bought right now, from whom, and in which order to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.kernel.money import Rupiah

SELLABLES = """
SELECT p.id, p.code, p.name, p.description, p.brand, p.type, p.is_active AND c.is_active,
       p.retail_price, p.reseller_price,
       o.account, o.sku, o.cost, o.multi, o.stock, o.cut_off_start, o.cut_off_end, o.is_open,
       o.priority
FROM catalogue.products AS p
JOIN catalogue.categories AS c ON c.id = p.category_id
LEFT JOIN catalogue.offers AS o ON o.product_id = p.id
WHERE p.id = ANY(%(ids)s::bigint[])
ORDER BY o.priority, o.cost
"""

CLOSE_OFFER = """
UPDATE catalogue.offers
SET is_open = false, refused_at = %(at)s, refused_for = %(because)s
WHERE account = %(account)s AND sku = %(sku)s AND is_open
RETURNING product_id
"""

CLOSE_WITHOUT_OFFER = """
UPDATE catalogue.products AS p
SET is_active = false, closed_because = 'upstream'
WHERE p.id = %(product_id)s AND p.is_active AND NOT EXISTS (
    SELECT FROM catalogue.offers AS o WHERE o.product_id = p.id AND o.is_open
)
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """One account's SKU for a product. ``stock`` None: unlimited. Cut-off: minutes of the day
    (WIB), both None when there is none. ``multi`` False: one sale to one number a day.
    Lower ``priority`` is tried first."""

    account: str
    sku: str
    cost: Rupiah
    multi: bool
    stock: int | None
    cut_off_start: int | None
    cut_off_end: int | None
    is_open: bool
    priority: int


@dataclass(frozen=True, slots=True)
class Sellable:
    """A product with its offers, in the order to try them. ``type``: game, pulsa, data, pln, …"""

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


async def sellables(tx: Tx, product_ids: Sequence[int]) -> dict[int, Sellable]:
    """The products by id, in one statement; ids that do not exist are left out."""
    rows = await tx.rows(SELLABLES, {"ids": list(product_ids)})
    heads: dict[int, TupleRow] = {}
    offers: dict[int, list[Offer]] = {}
    for row in rows:
        heads[row[0]] = row
        of_product = offers.setdefault(row[0], [])
        if row[9] is not None:
            of_product.append(_offer(row))
    return {product_id: _sellable(heads[product_id], offers[product_id]) for product_id in heads}


def _sellable(row: TupleRow, offers: Sequence[Offer]) -> Sellable:
    product_id, code, name, description, brand, kind, is_active, retail, reseller = row[:9]
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
    )


def _offer(row: TupleRow) -> Offer:
    account, sku, cost, multi, stock, start, end, is_open, priority = row[9:]
    return Offer(account, sku, Rupiah(cost), multi, stock, start, end, is_open, priority)


def usable_offers(
    sellable: Sellable,
    *,
    price: Rupiah,
    minimum_margin: Rupiah,
    minute_of_day_wib: int,
    blocked: set[str],
) -> list[Offer]:
    """The offers to buy at now for a sale at ``price``, the first to try first.

    Open, in stock, out of cut-off, not at a ``blocked`` account, and leaving the margin.
    """
    dearest = price.amount - minimum_margin.amount
    return [
        offer
        for offer in sellable.offers
        if offer.is_open
        and offer.cost.amount <= dearest
        and (offer.stock is None or offer.stock > 0)
        and offer.account not in blocked
        and not in_cut_off(offer.cut_off_start, offer.cut_off_end, minute_of_day_wib)
    ]


def in_cut_off(start: int | None, end: int | None, minute: int) -> bool:
    """Whether a seller is closed at this minute; the window may cross midnight."""
    if start is None or end is None or start == end:
        return False
    if start < end:
        return start <= minute < end
    return minute >= start or minute < end


async def close_offer(tx: Tx, *, account: str, sku: str, because: str, at: datetime) -> bool:
    """Close an offer that the upstream refused (rc 43 and its kin); True if it was open.

    Its product closes with its last open offer. A price list fetched after ``at`` may reopen both;
    an older, cached one may not.
    """
    facts = {"account": account, "sku": sku, "because": because[:200], "at": at}
    row = await tx.row(CLOSE_OFFER, facts)
    if row is None:
        return False
    await tx.run(CLOSE_WITHOUT_OFFER, {"product_id": row[0]})
    return True
