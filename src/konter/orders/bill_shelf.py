"""Which bills a member may have checked and paid now."""

from __future__ import annotations

from datetime import datetime

from konter.catalogue.bill_products import BillProduct, bill_product
from konter.db.pool import Tx
from konter.kernel.errors import Refused, Unavailable
from konter.orders.bill_asks import CATEGORY
from konter.orders.desk import OrdersDesk
from konter.orders.judge import ProductClosed
from konter.orders.member_terms import ProductNotAdmitted
from konter.orders.reseller_order import ProductUnknown
from konter.people.members import Limits
from konter.suppliers.breaker import ACCOUNT, Key, blocked_offers
from konter.suppliers.gate import blocked_accounts


class ChecksStopped(Unavailable):
    """Nothing is asked of this bill's supplier just now: its gate is closed, or it is paused."""

    code = "bill_checks_stopped"
    message = "Tagihan tidak dapat diperiksa saat ini, silakan coba lagi nanti"


async def bill_for(
    desk: OrdersDesk, tx: Tx, limits: Limits, product_code: str, *, at: datetime
) -> BillProduct | Refused:
    """The bill product of this code, if this member may have it, it is open and no breaker stands
    before it; else why not: ProductUnknown, ProductNotAdmitted, ProductClosed."""
    product = await bill_product(tx, product_code)
    if product is None:
        return ProductUnknown(product=product_code)
    if not limits.admit_product(product.code, CATEGORY):
        return ProductNotAdmitted()
    if not product.is_open or product.account not in desk.billers:
        return ProductClosed()
    is_broken = not breakers_of(product).isdisjoint(await blocked_offers(tx, at=at))
    return ProductClosed() if is_broken else product


def breakers_of(product: BillProduct) -> set[Key]:
    """Those that may stand before it; a payment tries those that have cooled."""
    return {(product.account, product.sku), (product.account, ACCOUNT)}


async def can_be_asked(tx: Tx, product: BillProduct) -> None:
    """Raises ChecksStopped: what cannot be paid now is not looked up either."""
    if product.account in await blocked_accounts(tx):
        raise ChecksStopped
