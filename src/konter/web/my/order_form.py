"""The form of one product on ``/my/orders/new``: for whom, how much of it, and how it is paid."""

from __future__ import annotations

import secrets
from typing import Final

from konter.catalogue.amounts import FIELD
from konter.catalogue.browse import ProductShown, show_product
from konter.kernel.errors import Invalid, Refused, Unavailable
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.orders.requests import RefReused
from konter.web.my.asked import told_of
from konter.web.my.channels import choices
from konter.web.page.amounts import chosen_of, limits_said
from konter.web.page.guard import visit
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

CUSTOMER: Final = (
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_address",
    "customer_city",
)


async def order_form(
    request: SiteRequest, product_id: int, typed: dict[str, str], error: Refused | None = None
) -> Page:
    """Each showing has a fresh reference: what was refused under the last one stays refused."""
    product = await _product(request, product_id)
    amount, faults = _chosen(request, product, typed)
    price = Rupiah(product.open.fee + amount) if product.open and amount else product.price
    async with request.desks.db.read() as tx:
        held = await balance(tx, request.user.id)
        ways = await choices(request, tx, price)
    shown = ["payment_method", *(need.field for need in product.needs), *(CUSTOMER if ways else ())]
    facts = {
        "product": product,
        "amount": amount,
        "price": price,
        "balance": held,
        "ways": ways,
        "typed": typed,
        "chosen": typed.get("payment_method", ""),
        "ref_id": f"web-{secrets.token_hex(12)}",
        **told_of(error or (Invalid(faults) if faults else None), FIELD, *shown),
    }
    if isinstance(error, RefReused):
        facts["trouble_said"] = visit(request).say(
            "Formulir ini sudah pernah dikirim. Periksa isinya, lalu tekan Beli sekali lagi jika"
            " Anda memang ingin membeli lagi"
        )
    return page(request, "my/new_order.html", facts, status=error.status if error else 200)


def _chosen(
    request: SiteRequest, product: ProductShown, typed: dict[str, str]
) -> tuple[int | None, dict[str, list[str]]]:
    """The amount of an open denomination, or what is wrong with what was typed."""
    amount = chosen_of(typed)
    if product.open is None or not typed.get(FIELD):
        return None, {}
    if amount is not None and product.open.fits(amount):
        return amount, {}
    return None, {FIELD: [limits_said(product.open, visit(request).say)]}


async def _product(request: SiteRequest, product_id: int) -> ProductShown:
    if request.desks.catalogue is None:
        raise Unavailable
    return await show_product(request.desks.catalogue, request.user.role, product_id)
