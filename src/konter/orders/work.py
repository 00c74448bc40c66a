"""This room's work lists: attempts that are due, callbacks that wait, payments to be applied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from konter.db.batch import Batcher
from konter.funding.apply import due_payments
from konter.funding.states import Purpose
from konter.hooks import inbox
from konter.jobs.run import Wake, WorkList
from konter.orders.apply import apply_payments
from konter.orders.claim import Claimed, claim
from konter.orders.desk import OrdersDesk
from konter.orders.fulfil import fulfil
from konter.orders.hear import hear
from konter.orders.settle import settle_many
from konter.orders.tidings import Settled, Tidings

SETTLING_LANES = 2
"""While one batch of news commits, one more may be under way."""
SETTLE_MOST = 100
CALLBACKS_IN_FLIGHT = 100
APPLY_MOST = 100


def settler_of(desk: OrdersDesk) -> Batcher[Tidings, Settled]:
    """Settles what arrives, as many at once as arrive together."""
    return Batcher(partial(settle_many, desk), most=SETTLE_MOST, lanes=SETTLING_LANES)


def attempts(
    desk: OrdersDesk, settler: Batcher[Tidings, Settled], *, in_flight: int, wake: Wake
) -> WorkList[Claimed]:
    """Purchases and enquiries, ``in_flight`` at once."""
    return WorkList(
        "attempts",
        partial(claim, desk),
        partial(fulfil, desk, settler),
        in_flight=in_flight,
        wake=wake,
    )


def callbacks(
    desk: OrdersDesk, inbox_desk: inbox.InboxDesk, settler: Batcher[Tidings, Settled], *, wake: Wake
) -> WorkList[inbox.Message]:
    """Kept callbacks about orders."""
    return WorkList(
        "inbox",
        partial(inbox.claim, inbox_desk, sources=list(desk.providers)),
        partial(hear, desk, settler),
        in_flight=CALLBACKS_IN_FLIGHT,
        wake=wake,
    )


def payments(desk: OrdersDesk, *, wake: Wake) -> WorkList[Sequence[int]]:
    """Confirmed payments of orders, one batch at a time: a batch costs the same whatever its
    size."""
    return WorkList(
        "payments",
        partial(_due_payments, desk),
        partial(_apply_payments, desk),
        in_flight=1,
        wake=wake,
    )


async def _due_payments(desk: OrdersDesk, most: int) -> list[Sequence[int]]:
    """At most one batch. No lease: whoever applies locks, and passes over what is locked."""
    async with desk.db.read() as tx:
        ids = await due_payments(tx, Purpose.ORDER, most=APPLY_MOST, now=desk.clock.now())
    return [ids] if ids else []


async def _apply_payments(desk: OrdersDesk, payment_ids: Sequence[int]) -> None:
    await apply_payments(desk, payment_ids)
