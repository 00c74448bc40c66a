"""Open denominations on the shelf: an operator puts one there.

A list that makes products puts its own there by itself; another's wait for this.
"""

from __future__ import annotations

from konter.catalogue.choose_amounts import NotByAmount
from konter.catalogue.compare import Changes, Circumstances, compare
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.known import category_named, read_known
from konter.catalogue.lock import take_turn
from konter.catalogue.mappings import NotOnTheList
from konter.catalogue.prices import RuleBook, read_rules
from konter.catalogue.rewrite import rewrite
from konter.kernel.errors import Refused
from konter.suppliers.price_list import fetch_price_list

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
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        if sku in await read_known(tx, account):
            raise SoldAlready(account=account, sku=sku)
        given = Circumstances(
            listed_at=fetched.fetched_at,
            known={},
            categories={item.category: await category_named(tx, desk.ids, item.category, now)},
            marks={},
            book=RuleBook(await read_rules(tx)),
            minimum_margin=desk.minimum_margin.amount,
        )
        changes = Changes()
        compare(changes, [item], given, await desk.ids.take(tx, 1))
        changes.category_ids.clear()  # one row of the list is no sync of a category
        await rewrite(tx, changes, account=account, listed_at=fetched.fetched_at, now=now)
        ((code, because),) = await tx.rows(MADE, {"account": account, "sku": sku})
        return code, because
