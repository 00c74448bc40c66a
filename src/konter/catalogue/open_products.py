"""Open denominations on the shelf: an operator puts one there, and says what may be chosen of it.

A list that makes products puts its own there by itself; another's wait for this.
"""

from __future__ import annotations

from konter.catalogue.categories import slug_of, type_of
from konter.catalogue.compare import Category, Changes, Circumstances, compare
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.known import add_categories, read_categories, read_known
from konter.catalogue.lock import take_turn
from konter.catalogue.mappings import NotOnTheList
from konter.catalogue.prices import RuleBook, read_rules
from konter.catalogue.products import NoSuchProduct
from konter.catalogue.rewrite import rewrite, say_amounts
from konter.db.pool import Tx
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.suppliers.price_list import fetch_price_list
from konter.upstreams.contract import Amounts, PriceItem

PRODUCT = """
SELECT p.id, p.by_amount, array_agg(o.account)
FROM catalogue.products AS p JOIN catalogue.offers AS o ON o.product_id = p.id
WHERE p.code = %(code)s
GROUP BY p.id
"""

MADE = """
SELECT p.code, p.closed_because
FROM catalogue.offers AS o JOIN catalogue.products AS p ON p.id = o.product_id
WHERE o.account = %(account)s AND o.sku = %(sku)s
"""


class SoldAlready(Refused):
    """The SKU is an offer of a product of ours already; nothing was changed."""

    code = "sku_sold_already"
    status = 409
    message = "SKU ini sudah dijual sebagai produk"


class NotByAmount(Refused):
    """The product has a fixed price."""

    code = "not_an_open_denomination"
    status = 409
    message = "Produk ini berharga tetap, bukan nominal bebas"


async def add_open(desk: CatalogueDesk, account: str, sku: str) -> tuple[str, str | None]:
    """Make a product of an open denomination on the account's last list; its fee follows that list.

    Answers the product's code, and why it is closed nevertheless (margin) or None. Raises
    NoSuchAccount, NotOnTheList (also where it is closed there), NotByAmount, SoldAlready,
    CatalogueBusy, and what ``fetch_price_list`` does.
    """
    fetched = await fetch_price_list(desk.suppliers, account)
    found = (item for item in fetched.prices.items if item.sku == sku and item.open)
    item = max(found, key=lambda one: one.price, default=None)
    if item is None or not sku.isprintable():
        raise NotOnTheList(account=account, sku=sku)
    if item.amounts is None:
        raise NotByAmount(account=account, sku=sku)
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        if sku in await read_known(tx, account):
            raise SoldAlready(account=account, sku=sku)
        given = Circumstances(
            listed_at=fetched.fetched_at,
            known={},
            categories={item.category: await _category(tx, desk, item)},
            marks={},
            book=RuleBook(await read_rules(tx)),
            minimum_margin=desk.minimum_margin.amount,
        )
        changes = Changes()
        compare(changes, [item], given, await desk.ids.take(tx, 1))
        changes.category_ids.clear()  # one row of the list is no sync of a category
        now = desk.clock.now()
        await rewrite(tx, changes, account=account, listed_at=fetched.fetched_at, now=now)
        ((code, because),) = await tx.rows(MADE, {"account": account, "sku": sku})
        return code, because


async def set_amounts(desk: CatalogueDesk, code: str, amounts: Amounts) -> None:
    """Say what may be chosen of an open denomination; no sync changes it. A repeat does nothing.

    Raises NoSuchProduct, NotByAmount, and Invalid where the amounts make no sense, or an account
    that sells it does not take all of them.
    """
    async with desk.db.transaction() as tx:
        row = await tx.row(PRODUCT, {"code": code})
        if row is None:
            raise NoSuchProduct(product=code)
        product_id, by_amount, accounts = row
        if not by_amount:
            raise NotByAmount(product=code)
        _refuse_senseless(amounts)
        for account in accounts:
            provider = desk.providers.get(account)
            if provider is not None:
                _refuse_not_sold(amounts, provider.traits.amounts, account)
        await say_amounts(tx, {product_id: amounts})


def _refuse_senseless(amounts: Amounts) -> None:
    least, most, step = amounts
    if not (step > 0 and 0 < least <= most and least % step == most % step == 0):
        raise Invalid(
            {"amounts": ["Nominal terkecil dan terbesar harus kelipatan dari langkahnya"]}
        )


def _refuse_not_sold(amounts: Amounts, theirs: Amounts | None, account: str) -> None:
    if theirs is None:
        raise Invalid({"amounts": [f"{account} tidak menjual nominal bebas"]})
    inside = theirs.least <= amounts.least and amounts.most <= theirs.most
    if not inside or amounts.step % theirs.step:
        least, most = Rupiah(theirs.least).shown(), Rupiah(theirs.most).shown()
        said = f"{account} menerima {least} sampai {most}, kelipatan {theirs.step}"
        raise Invalid({"amounts": [said]})


async def _category(tx: Tx, desk: CatalogueDesk, item: PriceItem) -> Category:
    """The one of that name, which is added where there is none."""
    slug = slug_of(item.category)
    standing, _ = await read_categories(tx, "")
    if slug in standing:
        return standing[slug]
    (new_id,) = await desk.ids.take(tx, 1)
    fresh = Category(new_id, slug, type_of(slug))
    await add_categories(tx, {slug: fresh}, {slug: item.category}, desk.clock.now())
    return fresh
