"""Which product a supplier's SKU is bought for, where an operator says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from konter.catalogue.basis import rebase
from konter.catalogue.compare import clean
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.catalogue.prices import Repriced, RuleBook, read_rules
from konter.catalogue.products import NoSuchProduct
from konter.db.pool import Tx
from konter.kernel.errors import Invalid, NotFound, Refused
from konter.kernel.money import Rupiah
from konter.people.audit import Deed, note_if
from konter.suppliers.price_list import fetch_price_list
from konter.upstreams.contract import PriceItem

PRODUCT = "SELECT id, base_price, by_amount FROM catalogue.products WHERE code = %(code)s"

STANDING = """
SELECT o.product_id, m.sku IS NOT NULL, o.by_amount
FROM catalogue.offers AS o
LEFT JOIN catalogue.mappings AS m ON m.account = o.account AND m.sku = o.sku
WHERE o.account = %(account)s AND o.sku = %(sku)s
"""

MAP = """
INSERT INTO catalogue.mappings (account, sku, product_id, was_of, mapped_at, mapped_by)
VALUES (%(account)s, %(sku)s, %(product_id)s, %(was_of)s, %(at)s, %(by)s)
ON CONFLICT (account, sku) DO UPDATE
SET product_id = excluded.product_id, mapped_at = excluded.mapped_at,
    mapped_by = excluded.mapped_by
"""

OFFER = """
INSERT INTO catalogue.offers (
    account, sku, product_id, cost, seller, is_open, stock, multi, cut_off_start, cut_off_end,
    by_amount
) VALUES (
    %(account)s, %(sku)s, %(product_id)s, %(cost)s, %(seller)s, %(is_open)s, %(stock)s, %(multi)s,
    %(cut_off_start)s, %(cut_off_end)s, %(by_amount)s
)
ON CONFLICT (account, sku) DO UPDATE SET product_id = excluded.product_id
"""

UNMAP = """
DELETE FROM catalogue.mappings
WHERE account = %(account)s AND sku = %(sku)s
RETURNING product_id, was_of
"""

DROP_OFFER = "DELETE FROM catalogue.offers WHERE account = %(account)s AND sku = %(sku)s"

GIVE_BACK = """
UPDATE catalogue.offers SET product_id = %(product_id)s
WHERE account = %(account)s AND sku = %(sku)s
"""

SET_PRIORITY = """
UPDATE catalogue.offers SET priority = %(priority)s
WHERE account = %(account)s AND sku = %(sku)s
RETURNING product_id
"""

FAR = 2
"""A SKU that costs more than so many times what its product costs, or less than its part, is
hardly the same thing."""

LOWEST = 1_000_000
"""The largest priority number, tried last."""


class NoSuchOffer(NotFound):
    """No offer of ours, or no mapping, has this account and SKU."""

    code = "no_such_offer"
    message = "Penawaran tidak ditemukan"


class NotOnTheList(NotFound):
    """The account's price list has no such SKU, or it is no prepaid goods."""

    code = "not_on_the_list"
    message = "SKU tidak ada di daftar harga penyedia ini, atau bukan produk prabayar"


class MappingDoubtful(Refused):
    """The SKU's cost is far from the product's: probably another product. Nothing was changed."""

    code = "mapping_doubtful"
    status = 409
    message = "Harga SKU ini jauh dari modal produknya, mungkin produk yang berbeda"


class OtherKind(Refused):
    """One of the two is an open denomination, the other has a price; nothing was changed."""

    code = "mapping_of_other_kind"
    status = 409
    message = "Produk nominal bebas dan produk berharga tetap tidak dapat saling dipasangkan"


@dataclass(frozen=True, slots=True)
class Mapped:
    """``is_news`` False: it stood so before. ``repriced``: what it did to our prices."""

    is_news: bool
    repriced: Repriced


async def map_offer(
    desk: CatalogueDesk,
    account: str,
    sku: str,
    product_code: str,
    *,
    by: str,
    sure: bool = False,
    deed: Deed | None = None,
) -> Mapped:
    """Make ``sku`` of ``account`` an offer of a product, at the terms of the account's last list.

    A SKU that made a product itself leaves it, which closes unless it has other offers. A repeat
    changes nothing. ``sure``: a cost far from the product's is accepted. Raises NoSuchAccount,
    NoSuchProduct, NotOnTheList, OtherKind, MappingDoubtful, CatalogueBusy, and what
    ``fetch_price_list`` does.
    """
    item = await _listed(desk, account, sku)
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        found = await tx.row(PRODUCT, {"code": product_code})
        if found is None:
            raise NoSuchProduct(product=product_code)
        product_id, base, by_amount = found
        row = await tx.row(STANDING, {"account": account, "sku": sku})
        was_of, is_mapped, was_by_amount = row if row is not None else (None, False, by_amount)
        if not by_amount == was_by_amount == (item.amounts is not None):
            raise OtherKind(account=account, sku=sku, product=product_code)
        if was_of == product_id:
            return Mapped(False, Repriced(0, 0, 0))
        cost = item.price.amount
        if not sure and not base <= cost * FAR <= base * FAR**2:
            raise MappingDoubtful(cost=item.price.shown(), product_cost=Rupiah(base).shown())
        facts = {
            "account": account,
            "sku": sku,
            "product_id": product_id,
            "was_of": None if is_mapped else was_of,
            "at": desk.clock.now(),
            "by": by,
        }
        await tx.run(MAP, facts)
        await tx.run(OFFER, {**facts, **_terms(item)})
        await note_if(tx, deed, at=desk.clock.now())
        return Mapped(True, await _follow(tx, desk, {product_id, was_of} - {None}))


async def unmap_offer(
    desk: CatalogueDesk, account: str, sku: str, *, deed: Deed | None = None
) -> Repriced:
    """Take a mapping back: the offer goes, or returns to the product that it made itself.

    Orders that were sent there are not touched. Raises NoSuchOffer, CatalogueBusy.
    """
    facts = {"account": account, "sku": sku}
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        row = await tx.row(UNMAP, facts)
        if row is None:
            raise NoSuchOffer(account=account, sku=sku)
        product_id, was_of = row
        if was_of is None:
            await tx.run(DROP_OFFER, facts)
        else:
            await tx.run(GIVE_BACK, {**facts, "product_id": was_of})
        await note_if(tx, deed, at=desk.clock.now())
        return await _follow(tx, desk, {product_id, was_of} - {None})


async def set_priority(
    desk: CatalogueDesk, account: str, sku: str, priority: int, *, deed: Deed | None = None
) -> Repriced:
    """The lower, the earlier it is tried on a fixed route. Raises Invalid, NoSuchOffer,
    CatalogueBusy. A repeat changes nothing."""
    if not 0 <= priority <= LOWEST:
        raise Invalid({"priority": [f"Prioritas harus antara 0 dan {LOWEST}"]})
    facts = {"account": account, "sku": sku, "priority": priority}
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        row = await tx.row(SET_PRIORITY, facts)
        if row is None:
            raise NoSuchOffer(account=account, sku=sku)
        await note_if(tx, deed, at=desk.clock.now())
        return await _follow(tx, desk, {row[0]})


async def _listed(desk: CatalogueDesk, account: str, sku: str) -> PriceItem:
    fetched = await fetch_price_list(desk.suppliers, account)
    dearest = max(
        (item for item in fetched.prices.items if item.sku == sku),
        key=lambda item: item.price,
        default=None,
    )
    if dearest is None or dearest.price.amount <= 0 or not sku.isprintable():
        raise NotOnTheList(account=account, sku=sku)
    return dearest


def _terms(item: PriceItem) -> dict[str, object]:
    return {
        "cost": item.price.amount,
        "seller": clean(item.seller),
        "is_open": item.open,
        "stock": item.stock,
        "multi": item.multi,
        "cut_off_start": item.cut_off_start,
        "cut_off_end": item.cut_off_end,
        "by_amount": item.amounts is not None,
    }


async def _follow(tx: Tx, desk: CatalogueDesk, product_ids: Iterable[int]) -> Repriced:
    return await rebase(
        tx,
        set(product_ids),
        RuleBook(await read_rules(tx)),
        minimum_margin=desk.minimum_margin.amount,
        why="offers",
        at=desk.clock.now(),
    )
