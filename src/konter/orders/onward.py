"""What refused attempts lead to: the next attempt of their order, or a closed gate."""

from __future__ import annotations

from datetime import datetime

from konter.catalogue.offers import Offer
from konter.db.pool import Tx
from konter.hooks import tasks
from konter.kernel.ids import attempt_reference
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Rejected
from konter.orders import store
from konter.orders.decide import Follow
from konter.orders.desk import OrdersDesk
from konter.orders.record import Work
from konter.suppliers import gate


async def next_attempts(desk: OrdersDesk, tx: Tx, work: Work) -> list[store.NewAttempt]:
    """The attempts that follow refused ones; waiting for a supplier uses no try."""
    fresh: list[store.NewAttempt] = []
    for attempt, why in work.onward:
        order = work.orders[attempt.order_id]
        offer = work.offers[order.id][0] if why is Follow.NEXT_OFFER else None
        order.tries += int(offer is not None)
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


async def close_gates(tx: Tx, work: Work) -> None:
    """In the accounts' order, so that two batches never wait for each other in a circle."""
    for attempt, refusal in sorted(work.gates, key=lambda closing: closing[0].account):
        await _close_gate(tx, work, attempt, refusal)


async def _close_gate(tx: Tx, work: Work, attempt: store.AttemptRow, refusal: Rejected) -> None:
    """A fault of ours at the supplier: stop buying there until somebody, or a deposit, helps."""
    needs = Rupiah(attempt.max_price) if refusal.code == "44" else None
    newly = await gate.close(
        tx,
        account=attempt.account,
        code=refusal.code,
        reason=refusal.reason,
        needs=needs,
        at=work.at,
    )
    if newly:
        detail = f"{attempt.account} refused us with rc {refusal.code}: {refusal.reason}"
        subject = f"supplier:{attempt.account}"
        work.tasks.append(tasks.Task("gate_closed", subject, detail, work.at))
