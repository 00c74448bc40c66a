"""What a buyer may choose of an open denomination, where an operator says so."""

from __future__ import annotations

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.products import NoSuchProduct
from konter.catalogue.rewrite import say_amounts
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.upstreams.contract import Amounts

PRODUCT = """
SELECT p.id, p.by_amount, array_agg(o.account)
FROM catalogue.products AS p JOIN catalogue.offers AS o ON o.product_id = p.id
WHERE p.code = %(code)s
GROUP BY p.id
"""


class NotByAmount(Refused):
    """The product has a fixed price."""

    code = "not_an_open_denomination"
    status = 409
    message = "Produk ini berharga tetap, bukan nominal bebas"


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
