"""How an order is to be paid: as it stands, once its link is made, with a new link."""

from __future__ import annotations

from datetime import datetime

from konter.db.pool import Tx
from konter.funding.states import Purpose
from konter.orders.read import OrderView, checkouts_of, order_of
from konter.orders.renew import renew
from konter.orders.requests import Placed
from konter.orders.states import payment_status
from konter.web.payment_view import PaymentView
from konter.web.payment_wait import Payable, gateway_asked, link_made, look
from konter.web.request import SiteRequest


async def payment_of(request: SiteRequest, tx: Tx, order: OrderView) -> PaymentView:
    """As it stands, of an order that is not paid from a balance."""
    now = request.shop.orders.clock.now()
    return await _shown(tx, order, await look(tx, Purpose.ORDER, order.id, now=now))


async def first_link(request: SiteRequest, placed: Placed) -> PaymentView:
    """Of an order just placed: its link once that is made, unless the client would not wait."""
    order = placed.order
    if not placed.replayed and not request.answers_at_once:
        await link_made(request.shop, Purpose.ORDER, order.id)
    async with request.desks.db.read() as tx:
        return await payment_of(request, tx, order)


async def pay_again(
    request: SiteRequest, order_id: int, *, user_id: int, channel: str | None
) -> tuple[OrderView, PaymentView]:
    """The link that can be paid, made anew where it is over or by another channel. Raises whatever
    renewing it refuses."""
    shop = request.shop
    await renew(shop.orders, order_id, user_id=user_id, channel=channel)
    if not request.answers_at_once:
        await link_made(shop, Purpose.ORDER, order_id)
    async with request.desks.db.read() as tx:
        order = await order_of(tx, order_id, user_id)
        return order, await payment_of(request, tx, order)


async def payment_asked(
    request: SiteRequest, order: OrderView
) -> tuple[OrderView, PaymentView, datetime | None]:
    """The order after its gateway was asked whether it is paid, and when it is asked next."""
    payable, due = await gateway_asked(request.shop, Purpose.ORDER, order.id)
    async with request.desks.db.read() as tx:
        order = await order_of(tx, order.id, order.user_id)
        return order, await _shown(tx, order, payable), due


async def _shown(tx: Tx, order: OrderView, payable: Payable) -> PaymentView:
    checkout = (await checkouts_of(tx, [order.id])).get(order.id)
    status = payment_status(order.state, order.payment_method)
    return payable.view(status=status, paid_at=checkout.paid_at if checkout else None)
