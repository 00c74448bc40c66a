"""Bring our catalogue in line with a supplier's price list, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.catalogue.categories import slug_of, type_of
from konter.catalogue.compare import Category, Changes, Circumstances, compare, vanish
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.known import add_categories, read_categories, read_known
from konter.catalogue.lock import take_turn
from konter.catalogue.prices import RuleBook, read_rules
from konter.catalogue.rewrite import rewrite
from konter.db.pool import Tx
from konter.kernel.errors import NotFound, Refused
from konter.suppliers.price_list import FetchedList, fetch_price_list
from konter.upstreams.contract import PriceItem

CHUNK = 500
"""Rows between two reports of progress, and two chances for others in this process to run."""

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
    """What a sync did. ``synced`` + ``skipped`` + ``refused_for_margin`` + ``unreadable`` is the
    list's length: for sale there, closed there, not worth selling, not understood.

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
    items, doubtful = _distinct(fetched, wanted)
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        given, categories_created = await _circumstances(
            tx, desk, items, account=account, listed_at=fetched.fetched_at
        )
        if wanted is not None and wanted not in given.categories:
            raise NoSuchCategory(category=category)
        gone = _gone(given, fetched, wanted, doubtful)
        if not force:
            _refuse_broken(given, items, gone, wanted)
        changes = await _compared(tx, desk, items, given, progress=progress)
        vanish(changes, gone, given)
        await rewrite(
            tx, changes, account=account, listed_at=fetched.fetched_at, now=desk.clock.now()
        )
    return SyncReport(
        account=account,
        category=category,
        synced=changes.synced,
        created=changes.created,
        repriced=changes.repriced,
        closed=changes.closed,
        reopened=changes.reopened,
        skipped=changes.skipped,
        refused_for_margin=changes.refused_for_margin,
        categories_created=categories_created,
        unreadable=len(doubtful),
        cached=fetched.cached,
        age=fetched.age,
        retry_at=fetched.retry_at,
        problem=fetched.problem,
        took_ms=round((desk.clock.monotonic() - began) * 1000),
    )


def _distinct(fetched: FetchedList, wanted: str | None) -> tuple[list[PriceItem], list[str]]:
    """The wanted rows, each SKU once, and the names of rows that cannot be believed."""
    doubtful = list(fetched.prices.unreadable)
    seen: dict[str, PriceItem] = {}
    slugs: dict[str, str] = {}
    for item in fetched.prices.items:
        slug = slugs.get(item.category) or slugs.setdefault(item.category, slug_of(item.category))
        if wanted not in (None, slug):
            continue
        if item.sku in seen or item.price.amount <= 0 or not _is_plain(item.sku):
            doubtful.append(f"({item.sku})")
        else:
            seen[item.sku] = item
    return list(seen.values()), doubtful


def _is_plain(sku: str) -> bool:
    return bool(sku) and sku.isprintable()


async def _circumstances(
    tx: Tx, desk: CatalogueDesk, items: Sequence[PriceItem], *, account: str, listed_at: datetime
) -> tuple[Circumstances, int]:
    """Read what stands; add the categories that are new, and say how many those were."""
    known = await read_known(tx, account)
    categories, marks = await read_categories(tx, account)
    needed = {item.category for item in items if item.open or item.sku in known}
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
    )
    return given, len(fresh)


def _gone(
    given: Circumstances, fetched: FetchedList, wanted: str | None, doubtful: Sequence[str]
) -> list[str]:
    """SKUs of ours that the whole list no longer has. One that it has but garbled is not gone.

    An adapter names an unreadable row in words, with its SKU in brackets.
    """
    listed = {item.sku for item in fetched.prices.items}
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
    """A list without rows, or without most of what is open here, must not close the shop."""
    scope = given.categories[wanted].id if wanted is not None else None
    sold = {
        sku
        for sku, known in given.known.items()
        if known.standing.is_open and scope in (None, known.standing.category_id)
    }
    lost = sold & {item.sku for item in items if not item.open} | sold.intersection(gone)
    if not items or 2 * len(lost) > len(sold):
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
    births = sum(1 for item in items if item.open and item.sku not in given.known)
    ids = iter(await desk.ids.take(tx, births))
    changes = Changes()
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        compare(changes, chunk, given, ids)
        if progress:
            progress(start + len(chunk), len(items))
        await asyncio.sleep(0)
    return changes
