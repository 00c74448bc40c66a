"""An order as a form asks for it, placed from the balance or to be paid by a channel."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct

from konter.funding.states import Purpose
from konter.orders.checkout import Checkout, clean_customer
from konter.orders.requests import Ask, choose, clean_ask
from konter.orders.states import BALANCE
from konter.people.permits import Role
from konter.web.payment_wait import link_made
from konter.web.request import SiteRequest


class NewOrder(Struct):
    """``ref_id``: made with the form, so that two clicks are one order. ``qty``: of an open
    denomination, whole rupiah. ``shown_price``: what the form said is paid in all by this method,
    whole rupiah; no more is taken or asked for."""

    product_id: int
    ref_id: str
    target_id: str
    payment_method: str
    server_id: str | None = None
    qty: int | None = None
    shown_price: int | None = None
    customer_name: str = ""
    customer_email: str = ""
    customer_phone: str = ""
    customer_address: str | None = None
    customer_city: str | None = None


async def place_own(request: SiteRequest, said: NewOrder) -> int:
    """The order's id; the same reference again is the same order. Raises what placing refuses."""
    ask = clean_ask(
        user_id=request.user.id,
        product_id=said.product_id,
        target_id=said.target_id,
        server_id=said.server_id,
        ref_id=said.ref_id,
        pays_reseller_price=request.user.role is not Role.RETAIL,
        payment_method=said.payment_method,
    )
    ask = replace(choose(ask, said.qty), agreed=said.shown_price)
    if ask.payment_method == BALANCE:
        return (await request.shop.placer.submit(ask)).order.id
    return await _check_out(request, ask, said)


async def _check_out(request: SiteRequest, ask: Ask, said: NewOrder) -> int:
    customer = clean_customer(
        name=said.customer_name or request.user.name,
        email=said.customer_email or request.user.email,
        phone=said.customer_phone,
        address=said.customer_address,
        city=said.customer_city,
    )
    placed = await request.shop.checkouts.submit(Checkout(ask, customer))
    if not placed.replayed:
        await link_made(request.shop, Purpose.ORDER, placed.order.id)
    return placed.order.id
