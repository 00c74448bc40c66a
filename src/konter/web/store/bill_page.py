"""The page of one bill: the form to look it up by, and what was found."""

from __future__ import annotations

import secrets

from konter.catalogue.bill_products import BillProduct, NoSuchBill, bill_product
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.orders.bills import BillView
from konter.web.page.guard import visit
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest
from konter.web.store.bill_kinds import kind_name
from konter.web.store.bill_words import details_of
from konter.web.store.faces import mark_of


async def bill_page(
    request: SiteRequest,
    product: BillProduct,
    typed: dict[str, str],
    bill: BillView | None = None,
    *,
    error: Refused | None = None,
    ref_id: str = "",
) -> Page:
    """``error``: why the check or the payment was refused. ``ref_id``: of the next check; a fresh
    one where none is given."""
    faults = dict(error.errors) if isinstance(error, Invalid) else {}
    known = {"customer_no", "denom", "year"}
    here, now = visit(request), request.shop.orders.clock.now()
    facts = {
        "product": product,
        "mark_kind": mark_of(product.kind),
        "kind_said": kind_name(product.kind, here.say),
        "typed": typed,
        "faults": faults,
        "trouble_said": error.text if error and not faults.keys() & known else "",
        "bill": bill,
        "purse": await _purse(request) if here.person and bill else None,
        "details": details_of(bill, here.lang) if bill else [],
        "is_over": bool(bill and bill.expires_at and bill.expires_at <= now),
        "ref_id": ref_id or new_ref(),
    }
    return page(request, "store/bill.html", facts, status=error.status if error else 200)


def new_ref() -> str:
    """For one check, and the payment of what it finds."""
    return f"web-{secrets.token_hex(12)}"


async def product_of(request: SiteRequest, code: str) -> BillProduct:
    """Open or not. Raises NoSuchBill."""
    async with request.desks.db.read() as tx:
        product = await bill_product(tx, code)
    if product is None:
        raise NoSuchBill(product=code)
    return product


async def _purse(request: SiteRequest) -> Rupiah:
    async with request.desks.db.read() as tx:
        return await balance(tx, request.user.id)
