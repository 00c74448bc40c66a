"""Bring the bills that can be paid in line with an account's list of them, in one transaction.

A list says what can be paid and not what a payment will cost: that is the check's to say, and a
payment is judged by it. So a poor commission closes nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from konter.catalogue.bill_fees import apply_fees
from konter.catalogue.billers import biller_of
from konter.catalogue.compare import clean
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.catalogue.sync import PriceListBroken
from konter.db.pool import Tx
from konter.suppliers.bill_list import fetch_bill_list
from konter.upstreams.biller_contract import BillItem, BillList

KNOWN = """
SELECT b.id, b.biller_set_by IS NOT NULL, b.sku, b.name, b.brand, b.biller, b.kind, b.description,
       b.admin, b.commission, b.buyer_open, b.seller_open, b.is_listed, b.last_seen_at
FROM catalogue.bill_products AS b
WHERE b.account = %(account)s
"""

SYNCED_AT = "SELECT synced_at FROM catalogue.bills_synced WHERE account = %(account)s"

CODES = "SELECT lower(code) FROM catalogue.bill_products"

ADD = """
INSERT INTO catalogue.bill_products (
    id, code, account, first_seen_at, sku, name, brand, biller, kind, description, admin,
    commission, buyer_open, seller_open
)
SELECT id, code, %(account)s, %(listed_at)s, sku, name, brand, biller, kind, description, admin,
       commission, buyer_open, seller_open
FROM unnest(
    %(ids)s::bigint[], %(codes)s::text[], %(sku)s::text[], %(name)s::text[], %(brand)s::text[],
    %(biller)s::text[], %(kind)s::text[], %(description)s::text[], %(admin)s::bigint[],
    %(commission)s::bigint[], %(buyer_open)s::boolean[], %(seller_open)s::boolean[]
) AS fresh (
    id, code, sku, name, brand, biller, kind, description, admin, commission, buyer_open,
    seller_open
)
"""

CHANGE = """
UPDATE catalogue.bill_products AS b
SET name = l.name, brand = l.brand, biller = l.biller, kind = l.kind, description = l.description,
    admin = l.admin, commission = l.commission, buyer_open = l.buyer_open,
    seller_open = l.seller_open, is_listed = l.is_listed, last_seen_at = l.last_seen_at
FROM unnest(
    %(ids)s::bigint[], %(name)s::text[], %(brand)s::text[], %(biller)s::text[], %(kind)s::text[],
    %(description)s::text[], %(admin)s::bigint[], %(commission)s::bigint[],
    %(buyer_open)s::boolean[], %(seller_open)s::boolean[], %(is_listed)s::boolean[],
    %(last_seen_at)s::timestamptz[]
) AS l (
    id, name, brand, biller, kind, description, admin, commission, buyer_open, seller_open,
    is_listed, last_seen_at
)
WHERE b.id = l.id
"""

MARK = """
INSERT INTO catalogue.bills_synced (account, synced_at) VALUES (%(account)s, %(listed_at)s)
ON CONFLICT (account) DO UPDATE SET synced_at = excluded.synced_at
WHERE catalogue.bills_synced.synced_at < excluded.synced_at
"""

THIN = """
SELECT code FROM catalogue.bill_products
WHERE account = %(account)s AND is_listed AND buyer_open AND seller_open
  AND commission + fee < %(minimum_margin)s
ORDER BY code
"""


@dataclass(frozen=True, slots=True)
class BillSyncReport:
    """What a sync did. ``open`` + ``skipped`` + ``unreadable`` is the list's length: open there,
    closed there, not understood.

    ``thin``: codes of open ones whose commission and fee are less than the minimum margin, so that
    their payments are refused until our fee is raised. ``age``, ``problem``, ``retry_at``: as of
    ``SyncReport``.
    """

    account: str
    open: int
    created: int
    changed: int
    closed: int
    reopened: int
    skipped: int
    unreadable: tuple[str, ...]
    thin: tuple[str, ...]
    cached: bool
    age: timedelta
    retry_at: datetime
    problem: str | None


class _Row(NamedTuple):
    """A bill product as the list makes it, and as it stands here."""

    sku: str
    name: str
    brand: str
    biller: str
    kind: str
    description: str
    admin: int
    commission: int
    buyer_open: bool
    seller_open: bool
    is_listed: bool
    last_seen_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.buyer_open and self.seller_open and self.is_listed


class _Known(NamedTuple):
    id: int
    biller_is_said: bool
    row: _Row


@dataclass(frozen=True, slots=True)
class _Changes:
    fresh: list[_Row]
    changed: list[tuple[_Known, _Row]]
    unreadable: tuple[str, ...]
    open: int
    skipped: int


async def sync_bills(desk: CatalogueDesk, *, account: str, force: bool = False) -> BillSyncReport:
    """Sync one account's list of bills. Repeating it changes nothing.

    ``force`` wants a fresh list (within the upstream's limit) and accepts one that has lost most
    bills. Raises NoSuchAccount, CatalogueBusy, PriceListBroken, and what ``fetch_bill_list``
    raises; then nothing was changed.
    """
    fetched = await fetch_bill_list(desk.suppliers, account, force=force)
    facts = {
        "account": account,
        "listed_at": fetched.fetched_at,
        "minimum_margin": desk.minimum_margin.amount,
    }
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        known = await _known(tx, account)
        changes = await _compared(tx, account, fetched.prices, known)
        if not force:
            _refuse_broken(fetched.prices, known, changes)
        await _add(tx, desk, facts, changes.fresh)
        await _change(tx, changes.changed)
        await tx.run(MARK, facts)
        await apply_fees(tx)
        thin = [code for (code,) in await tx.rows(THIN, facts)]
    turned = [(old.row.is_open, new.is_open) for old, new in changes.changed]
    return BillSyncReport(
        account=account,
        open=changes.open,
        created=len(changes.fresh),
        changed=len(changes.changed),
        closed=turned.count((True, False)),
        reopened=turned.count((False, True)),
        skipped=changes.skipped,
        unreadable=changes.unreadable,
        thin=tuple(thin),
        cached=fetched.cached,
        age=fetched.age,
        retry_at=fetched.retry_at,
        problem=fetched.problem,
    )


async def _known(tx: Tx, account: str) -> dict[str, _Known]:
    rows = await tx.rows(KNOWN, {"account": account})
    return {row[2]: _Known(row[0], row[1], _Row._make(row[2:])) for row in rows}


async def _compared(tx: Tx, account: str, listed: BillList, known: dict[str, _Known]) -> _Changes:
    """What the list changes here. What is new and closed there waits until it opens."""
    items, unreadable = _distinct(listed)
    wanted = {item.sku: _wanted(item, known.get(item.sku)) for item in items}
    fresh = [row for sku, row in wanted.items() if sku not in known and row.is_open]
    changed = [
        (known[sku], row) for sku, row in wanted.items() if sku in known and row != known[sku].row
    ]
    # A row that is there but garbled is not gone. The adapter names it with its SKU in brackets.
    gone = [
        one
        for sku, one in known.items()
        if one.row.is_listed
        and sku not in wanted
        and not any(f"({sku})" in text for text in unreadable)
    ]
    if gone:
        row = await tx.row(SYNCED_AT, {"account": account})
        seen_at = row[0] if row else None
        changed += [(one, one.row._replace(is_listed=False, last_seen_at=seen_at)) for one in gone]
    is_open = [row.is_open for row in wanted.values()]
    return _Changes(fresh, changed, unreadable, sum(is_open), is_open.count(False))


def _distinct(listed: BillList) -> tuple[list[BillItem], tuple[str, ...]]:
    """The rows, each SKU once, and the names of those that cannot be believed.

    Of a SKU that stands there twice the one that leaves us less counts.
    """
    doubtful = list(listed.unreadable)
    seen: dict[str, BillItem] = {}
    for item in listed.items:
        if item.admin.amount < 0 or not item.sku or not item.sku.isprintable():
            doubtful.append(f"({item.sku})")
        elif (twin := seen.setdefault(item.sku, item)) is not item:
            doubtful.append(f"({item.sku})")
            seen[item.sku] = min(twin, item, key=lambda one: one.commission)
    return list(seen.values()), tuple(doubtful)


def _wanted(item: BillItem, known: _Known | None) -> _Row:
    """A person's word about the biller stands above what the list's names say."""
    name, brand = clean(item.name), clean(item.brand)
    biller = biller_of(name, brand)
    said = known.row if known is not None and known.biller_is_said else None
    return _Row(
        item.sku,
        name,
        brand,
        said.biller if said else biller.key,
        said.kind if said else str(biller.kind),
        clean(item.description),
        item.admin.amount,
        item.commission.amount,
        item.buyer_open,
        item.seller_open,
        True,
        None,
    )


def _refuse_broken(listed: BillList, known: dict[str, _Known], changes: _Changes) -> None:
    """A list without rows, or without most of what is open here, must not close the shop."""
    sold = sum(one.row.is_open for one in known.values())
    lost = sum(old.row.is_open and not new.is_open for old, new in changes.changed)
    if not listed.items or 2 * lost > sold:
        raise PriceListBroken(listed=len(listed.items), open_before=sold, lost=lost)


async def _add(
    tx: Tx, desk: CatalogueDesk, facts: dict[str, object], fresh: Sequence[_Row]
) -> None:
    if not fresh:
        return
    taken = {code for (code,) in await tx.rows(CODES)}
    codes = [_code(row.sku, taken) for row in fresh]
    ids = await desk.ids.take(tx, len(fresh))
    await tx.run(ADD, {**facts, "ids": ids, "codes": codes, **_columns(fresh)})


def _code(sku: str, taken: set[str]) -> str:
    """Its SKU, with a number where another bill product has that code already."""
    code, number = sku, 1
    while code.lower() in taken:
        number += 1
        code = f"{sku}-{number}"
    taken.add(code.lower())
    return code


async def _change(tx: Tx, changed: Sequence[tuple[_Known, _Row]]) -> None:
    if changed:
        rows = [row for _, row in changed]
        await tx.run(CHANGE, {"ids": [old.id for old, _ in changed], **_columns(rows)})


def _columns(rows: Sequence[_Row]) -> dict[str, list[object]]:
    return dict(zip(_Row._fields, map(list, zip(*rows, strict=True)), strict=True))
