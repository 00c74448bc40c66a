"""What refused attempts lead to: the next attempt of their order."""

from __future__ import annotations

from datetime import datetime

from konter.catalogue.offers import Offer
from konter.db.pool import Tx
from konter.kernel.ids import attempt_reference
from konter.orders import store
from konter.orders.decide import Follow
from konter.orders.desk import OrdersDesk
from konter.orders.noted import Work


async def next_attempts(desk: OrdersDesk, tx: Tx, work: Work) -> list[store.NewAttempt]:
    """The attempts that follow refused ones. A supplier's fault uses no try: the order is bought
    at another account, or else waits for this one."""
    fresh: list[store.NewAttempt] = []
    for attempt, why in work.onward:
        order = work.orders[attempt.order_id]
        offers = work.offers.get(order.id, [])
        if why is Follow.NEXT_OFFER:
            offer: Offer | None = offers[0]
            order.tries += 1
        else:
            offer = next((o for o in offers if o.account != attempt.account), None)
        (new_id,) = await desk.ids.take(tx, 1)
        fresh.append(_attempt_after(desk, order, attempt, offer, new_id=new_id, at=work.at))
    return fresh


def _attempt_after(
    desk: OrdersDesk,
    order: store.OrderRow,
    last: store.AttemptRow,
    offer: Offer | None,
    *,
    new_id: int,
    at: datetime,
) -> store.NewAttempt:
    """The attempt after ``last``: at another offer, or (None) the same one with a new reference."""
    number = last.number + 1
    customer_no = last.customer_no
    if offer is not None:
        parts = (order.target_id, order.server_id) if order.server_id else (order.target_id,)
        customer_no = desk.providers[offer.account].join(parts, order.product_brand)
    return store.NewAttempt(
        id=new_id,
        order_id=order.id,
        number=number,
        reference=attempt_reference(order.code, number),
        account=offer.account if offer else last.account,
        sku=offer.sku if offer else last.sku,
        customer_no=customer_no,
        expected_cost=offer.cost.amount if offer else last.expected_cost,
        max_price=last.max_price,
        next_action_at=at,
    )
