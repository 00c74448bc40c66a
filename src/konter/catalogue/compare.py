"""What a supplier's list changes in our catalogue. Pure: rows in, rows out, nothing is asked.

Ten thousand rows pass here, so money is bare integers (whole rupiah) and rows are tuples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from konter.catalogue.prices import RuleBook, closing
from konter.upstreams.contract import Amounts, PriceItem


class Standing(NamedTuple):
    """A product as we show it, and its offer as the supplier has it. ``closed_because`` None: open.

    The first nine are the product's; ``cost`` and what follows are the offer's.
    """

    category_id: int
    type: str
    name: str
    brand: str
    description: str
    base_price: int
    retail_price: int
    reseller_price: int
    closed_because: str | None
    cost: int
    seller: str
    is_open: bool
    stock: int | None
    multi: bool
    cut_off_start: int | None
    cut_off_end: int | None
    is_listed: bool
    last_seen_at: datetime | None


class Known(NamedTuple):
    """An offer of this account as it stands. ``is_mapped``: an operator said which product it is
    for, so its list does not name that product. ``is_shared``: the product's price stands on
    several offers (``basis``), not on this list. ``by_amount``: of an open denomination."""

    sku: str
    product_id: int
    standing: Standing
    refused_at: datetime | None
    is_mapped: bool
    is_shared: bool
    by_amount: bool

    def is_of_kind(self, item: PriceItem) -> bool:
        """Whether this listed item is still of the kind that we sell it as: its price a price, or a
        fee. Neither may ever be taken for the other."""
        return self.by_amount == (item.amounts is not None)


class Category(NamedTuple):
    id: int
    slug: str
    type: str


class Written(NamedTuple):
    """One row to write, and what of it is news."""

    product_id: int
    sku: str
    standing: Standing
    is_new: bool
    new_face: bool
    new_prices: bool
    was_closed_because: str | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the comparison stands on. ``listed_at``: when the list was the upstream's truth.

    ``known``: by SKU. ``categories``: by slug and
    by the list's own names for them. ``marks``: when each category was last synced.
    ``makes_products``: what is new on this list becomes a product.
    """

    listed_at: datetime
    known: Mapping[str, Known]
    categories: Mapping[str, Category]
    marks: Mapping[int, datetime]
    book: RuleBook
    minimum_margin: int
    makes_products: bool = True


@dataclass(slots=True)
class Changes:
    """What to write, and the counts of the report. ``amounts``: of new open denominations, by
    product."""

    rows: list[Written] = field(default_factory=list)
    category_ids: set[int] = field(default_factory=set)
    amounts: dict[int, Amounts] = field(default_factory=dict)
    synced: int = 0
    created: int = 0
    repriced: int = 0
    closed: int = 0
    reopened: int = 0
    skipped: int = 0
    unmapped: int = 0
    refused_for_margin: int = 0


def compare(
    changes: Changes, items: Iterable[PriceItem], given: Circumstances, fresh_ids: Iterable[int]
) -> None:
    """Add to ``changes`` what these listed items mean; ``fresh_ids`` serve what is new."""
    ids = iter(fresh_ids)
    for item in items:
        known = given.known.get(item.sku)
        is_open = item.open
        if known is None and not given.makes_products:
            changes.unmapped += 1
            continue
        if known is None and not is_open:
            changes.skipped += 1
            continue
        if known is not None and not known.is_of_kind(item):
            changes.skipped += 1
            continue
        if known and known.refused_at is not None and known.refused_at >= given.listed_at:
            is_open = False
        wanted = _wanted(item, known, is_open, given)
        changes.category_ids.add(wanted.category_id)
        _count(changes, is_open, wanted.closed_because)
        if known is None:
            changes.created += 1
            product_id = next(ids)
            changes.rows.append(Written(product_id, item.sku, wanted, True, True, True, None))
            if item.amounts is not None:
                changes.amounts[product_id] = item.amounts
        elif wanted != known.standing:
            _note(changes, known, wanted)


def vanish(changes: Changes, skus: Iterable[str], given: Circumstances) -> None:
    """Close the offers that the list no longer has, and the products that lived by them alone."""
    for sku in skus:
        known = given.known[sku]
        because = known.standing.closed_because
        if because != "operator" and not known.is_shared:
            because = "vanished"
        gone = known.standing._replace(
            closed_because=because,
            is_open=False,
            is_listed=False,
            last_seen_at=given.marks.get(known.standing.category_id),
        )
        _note(changes, known, gone)


def clean(text: str) -> str:
    """A stranger's text as it may stand in our books and pages: no control characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _note(changes: Changes, known: Known, wanted: Standing) -> None:
    """Keep a row that changed; most days almost none does."""
    old = known.standing
    new_prices = wanted[5:8] != old[5:8]
    changes.repriced += new_prices
    changes.closed += old.closed_because is None and wanted.closed_because is not None
    changes.reopened += old.closed_because is not None and wanted.closed_because is None
    changes.rows.append(
        Written(
            known.product_id,
            known.sku,
            wanted,
            is_new=False,
            new_face=wanted[:9] != old[:9],
            new_prices=new_prices,
            was_closed_because=old.closed_because,
        )
    )


def _count(changes: Changes, is_open: bool, closed_because: str | None) -> None:
    """Each row of the list counts once: for sale, closed there, or not worth selling."""
    if closed_because == "margin":
        changes.refused_for_margin += 1
    elif is_open:
        changes.synced += 1
    else:
        changes.skipped += 1


def _wanted(item: PriceItem, known: Known | None, is_open: bool, given: Circumstances) -> Standing:
    return Standing(
        *_product(item, known, is_open, given),
        item.price.amount,
        clean(item.seller),
        is_open,
        item.stock,
        item.multi,
        item.cut_off_start,
        item.cut_off_end,
        True,
        None,
    )


Product = tuple[int, str, str, str, str, int, int, int, str | None]
"""The first nine of a Standing."""


def _product(item: PriceItem, known: Known | None, is_open: bool, given: Circumstances) -> Product:
    """What the list makes of the product. A mapped offer says nothing of it, and where it has
    several offers the prices wait until all of them are written."""
    if known is not None and known.is_mapped:
        return known.standing[:9]
    category = given.categories[item.category]
    face = (category.id, category.type, clean(item.name), clean(item.brand))
    because = known.standing.closed_because if known else None
    if known is not None and known.is_shared:
        return (*face, clean(item.description), *known.standing[5:8], because)
    cost = item.price.amount
    retail, reseller = given.book.prices(cost, category.slug, face[3])
    if because != "operator":
        profit = min(retail, reseller) - cost
        because = closing(None, profit, given.minimum_margin) if is_open else "upstream"
    return (*face, clean(item.description), cost, retail, reseller, because)
