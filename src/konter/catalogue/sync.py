"""Bring our catalogue in line with a supplier's price list, in one transaction.

One account's list makes products; another's keeps only those offers that are mapped to one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.catalogue.basis import rebase
from konter.catalogue.categories import slug_of, type_of
from konter.catalogue.compare import (
    Category,
    Changes,
    Circumstances,
    Known,
    compare,
    vanish,
)
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.known import add_categories, read_categories, read_known
from konter.catalogue.lock import take_turn
from konter.catalogue.prices import RuleBook, read_rules
from konter.catalogue.rewrite import rewrite
from konter.db.pool import Tx
from konter.kernel.errors import NotFound, Refused
from konter.suppliers.price_list import FetchedList, fetch_price_list
from konter.upstreams.contract import PriceItem, PriceList

CHUNK = 500
"""Rows between two reports of progress, and two chances for others in this process to run."""

FEW = 10
"""So many SKUs of a list that makes no products may go at once."""

Progress = Callable[[int, int], None]


class PriceListBroken(Refused):
    """The list is empty or lost more than half of what is open here; nothing was changed."""

    code = "price_list_broken"
    status = 409
    message = "Daftar harga penyedia kosong atau kehilangan lebih dari setengah produk yang dijual"


class NoSuchCategory(NotFound):
    """Neither the list nor our catalogue has a category of that name."""

    code = "no_such_category"
    message = "Kategori tidak dikenal"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. ``synced`` + ``skipped`` + ``unmapped`` + ``refused_for_margin`` +
    ``unreadable`` + ``not_for_sale`` is the list's length: for sale there, closed there, of no
    product here, not worth selling, not understood, no prepaid goods.

    ``age``: of the list; ``problem``: why an older one was used although a fresh one was wanted;
    ``retry_at``: when the upstream may be asked again; ``took_ms`` counts the writing alone.
    """

    account: str
    category: str | None
    synced: int
    created: int
    repriced: int
    closed: int
    reopened: int
    skipped: int
    refused_for_margin: int
    categories_created: int
    unreadable: int
    cached: bool
    age: timedelta
    retry_at: datetime
    problem: str | None
    took_ms: int
    unmapped: int = 0
    not_for_sale: int = 0


async def sync_products(
    desk: CatalogueDesk,
    *,
    account: str,
    category: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Sync one account's list, or one ``category`` of it (by its name or slug).

    Repeating it changes nothing. ``force`` wants a fresh list (within the upstream's limit) and
    accepts one that has lost most products. Raises NoSuchAccount, NoSuchCategory, CatalogueBusy,
    PriceListBroken, and what ``fetch_price_list`` raises; then nothing was changed.
    """
    fetched = await fetch_price_list(desk.suppliers, account, force=force)
    began = desk.clock.monotonic()
    wanted = slug_of(category) if category is not None else None
    listed, doubtful = _distinct(fetched)
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        given, items, categories_created = await _circumstances(
            tx, desk, listed, wanted=wanted, account=account, listed_at=fetched.fetched_at
        )
        if wanted is not None and wanted not in given.categories:
            raise NoSuchCategory(category=category)
        gone = _gone(given, fetched, wanted, doubtful)
        if not force:
            _refuse_broken(given, items, gone, wanted)
        changes = await _compared(tx, desk, items, given, progress=progress)
        vanish(changes, gone, given)
        now = desk.clock.now()
        await rewrite(tx, changes, account=account, listed_at=fetched.fetched_at, now=now)
        rebased = await rebase(
            tx,
            {offer.product_id for offer in given.known.values() if offer.is_shared},
            given.book,
            minimum_margin=given.minimum_margin,
            why="cost",
            at=now,
        )
    return SyncReport(
        account=account,
        category=category,
        synced=changes.synced,
        created=changes.created,
        repriced=changes.repriced + rebased.repriced,
        closed=changes.closed + rebased.closed,
        reopened=changes.reopened + rebased.reopened,
        skipped=changes.skipped,
        refused_for_margin=changes.refused_for_margin,
        categories_created=categories_created,
        unreadable=len(doubtful),
        cached=fetched.cached,
        age=fetched.age,
        retry_at=fetched.retry_at,
        problem=fetched.problem,
        took_ms=round((desk.clock.monotonic() - began) * 1000),
        unmapped=changes.unmapped,
        not_for_sale=len(fetched.prices.not_for_sale),
    )


def _distinct(fetched: FetchedList[PriceList]) -> tuple[list[PriceItem], list[str]]:
    """The rows, each SKU once, and the names of those that cannot be believed.

    Of a SKU that stands there twice the dearer row counts, so that no sale is at a loss.
    """
    doubtful = list(fetched.prices.unreadable)
    seen: dict[str, PriceItem] = {}
    for item in fetched.prices.items:
        if item.price.amount <= 0 or not _is_plain(item.sku):
            doubtful.append(f"({item.sku})")
        elif (twin := seen.setdefault(item.sku, item)) is not item:
            doubtful.append(f"({item.sku})")
            seen[item.sku] = max(twin, item, key=lambda one: one.price)
    return list(seen.values()), doubtful


def _in_scope(
    listed: Sequence[PriceItem],
    wanted: str,
    known: Mapping[str, Known],
    category: Category | None,
) -> list[PriceItem]:
    """The rows of the wanted ``category``: as the list names it, or of a mapped SKU's product."""
    slugs = {name: slug_of(name) for name in {item.category for item in listed}}

    def is_wanted(item: PriceItem) -> bool:
        offer = known.get(item.sku)
        if offer is not None and offer.is_mapped:
            return category is not None and offer.standing.category_id == category.id
        return slugs[item.category] == wanted

    return [item for item in listed if is_wanted(item)]


def _is_plain(sku: str) -> bool:
    return bool(sku) and sku.isprintable()


async def _circumstances(
    tx: Tx,
    desk: CatalogueDesk,
    listed: Sequence[PriceItem],
    *,
    wanted: str | None,
    account: str,
    listed_at: datetime,
) -> tuple[Circumstances, Sequence[PriceItem], int]:
    """Read what stands; add the categories that are new. Answers the rows that are wanted, too,
    and how many categories were added."""
    known = await read_known(tx, account)
    categories, marks = await read_categories(tx, account)
    items = listed if wanted is None else _in_scope(listed, wanted, known, categories.get(wanted))
    makes_products = desk.makes_products(account)
    needed = {
        item.category
        for item in items
        if (not offer.is_mapped if (offer := known.get(item.sku)) else makes_products and item.open)
    }
    names = {slug_of(name): name for name in sorted(needed)}
    new = sorted(names.keys() - categories.keys())
    ids = await desk.ids.take(tx, len(new))
    fresh = {slug: Category(i, slug, type_of(slug)) for slug, i in zip(new, ids, strict=True)}
    if fresh:
        await add_categories(tx, fresh, names, desk.clock.now())
    every = categories | fresh
    given = Circumstances(
        listed_at=listed_at,
        known=known,
        categories=every | {name: every[slug_of(name)] for name in needed},
        marks=marks,
        book=RuleBook(await read_rules(tx)),
        minimum_margin=desk.minimum_margin.amount,
        makes_products=makes_products,
    )
    return given, items, len(fresh)


def _gone(
    given: Circumstances,
    fetched: FetchedList[PriceList],
    wanted: str | None,
    doubtful: Sequence[str],
) -> list[str]:
    """SKUs of ours that the whole list no longer has. One that it has but garbled is not gone; one
    that became of another kind (a fee that was a price) is.

    An adapter names an unreadable row in words, with its SKU in brackets.
    """
    listed = {
        item.sku
        for item in fetched.prices.items
        if (known := given.known.get(item.sku)) is None or known.is_of_kind(item)
    }
    scope = given.categories[wanted].id if wanted is not None else None
    return [
        sku
        for sku, known in given.known.items()
        if known.standing.is_listed
        and sku not in listed
        and not any(f"({sku})" in text for text in doubtful)
        and scope in (None, known.standing.category_id)
    ]


def _refuse_broken(
    given: Circumstances, items: Sequence[PriceItem], gone: Sequence[str], wanted: str | None
) -> None:
    """A list without rows, or without most of what is open here, must not close the shop.

    Of a few mapped SKUs all may close on one day, and the products have other offers.
    """
    scope = given.categories[wanted].id if wanted is not None else None
    sold = {
        sku
        for sku, known in given.known.items()
        if known.standing.is_open and scope in (None, known.standing.category_id)
    }
    lost = sold & {item.sku for item in items if not item.open} | sold.intersection(gone)
    few = 0 if given.makes_products else FEW
    if not items or (2 * len(lost) > len(sold) and len(lost) > few):
        raise PriceListBroken(listed=len(items), open_before=len(sold), lost=len(lost))


async def _compared(
    tx: Tx,
    desk: CatalogueDesk,
    items: Sequence[PriceItem],
    given: Circumstances,
    *,
    progress: Progress | None,
) -> Changes:
    """Compare in steps, so that progress shows and other work in this process gets its turn."""
    fresh = [item for item in items if item.open and item.sku not in given.known]
    births = len(fresh) if given.makes_products else 0
    ids = iter(await desk.ids.take(tx, births))
    changes = Changes()
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        compare(changes, chunk, given, ids)
        if progress:
            progress(start + len(chunk), len(items))
        await asyncio.sleep(0)
    return changes
