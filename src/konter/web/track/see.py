"""All that the pages of one order show, read in one look."""

from __future__ import annotations

from dataclasses import dataclass

from konter.funding.channels import Way
from konter.kernel.money import Rupiah
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.read import CheckoutView, checkouts_of
from konter.orders.states import BALANCE
from konter.web.request import SiteRequest
from konter.web.track.payment import Payment, names_and_ways, payment_of
from konter.web.track.place import Place
from konter.web.track.standing import Phase, Standing, standing_of


@dataclass(frozen=True, slots=True)
class Seen:
    """``ways``: to pay it otherwise, while it can be paid. ``bill``: that it pays."""

    standing: Standing
    payment: Payment | None
    ways: list[Way]
    checkout: CheckoutView | None
    bill: BillView | None


async def see(request: SiteRequest, place: Place) -> Seen:
    desk, order = request.shop.orders, place.order
    names: dict[str, str] = {}
    ways: list[Way] = []
    async with request.desks.db.read() as tx:
        standing = await standing_of(tx, order, now=desk.clock.now())
        if order.payment_method != BALANCE:
            can_pay = standing.phase is Phase.UNPAID
            price = Rupiah(order.price)
            names, ways = await names_and_ways(desk.funding, tx, price, is_payable=can_pay)
        checkout = (await checkouts_of(tx, [order.id])).get(order.id)
        bill = await bill_by_ref(tx, order.user_id, order.ref_id)
    if bill is not None and bill.order_id != order.id:
        bill = None
    return Seen(standing, payment_of(standing, names), ways, checkout, bill)
