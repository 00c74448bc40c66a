"""The way of an order, step by step: ordered, paid, processed, done or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from konter.orders.states import BALANCE, OrderState
from konter.web.track.standing import Phase, Standing

Mark = Literal["done", "now", "todo", "bad"]

UNDER_WAY: Final = frozenset({Phase.PAID, Phase.SENT, Phase.SLOW, Phase.DISPUTED})
ENDS: Final = {
    Phase.FAILED: OrderState.FAILED,
    Phase.REFUNDED: OrderState.REFUNDED,
    Phase.EXPIRED: OrderState.EXPIRED,
    Phase.CANCELLED: OrderState.CANCELLED,
}
"""Ends that are not what its buyer wanted."""


@dataclass(frozen=True, slots=True)
class Step:
    """``name``: ordered, paid, processed, or the last one's: delivered, failed, refunded, expired,
    cancelled. ``at``: when it was reached, UTC; None: it was not, or nobody noted it."""

    name: str
    mark: Mark
    at: datetime | None = None


def steps_of(standing: Standing) -> list[Step]:
    """Those gone, the one where it stands, and those to come. An order that ended unpaid has no
    steps between."""
    return list(_steps(standing))


def _steps(standing: Standing) -> Iterator[Step]:
    order, phase = standing.order, standing.phase
    yield Step("ordered", "done", order.created_at)
    paid_at = standing.reached(OrderState.HELD)
    if order.payment_method == BALANCE:
        paid_at = paid_at or order.created_at
    if paid_at is None:
        if phase in ENDS:
            yield Step(phase.value, "bad", standing.reached(ENDS[phase]))
            return
        yield Step("paid", "now")
        yield Step("processed", "todo")
        yield Step("delivered", "todo")
        return
    yield Step("paid", "done", paid_at)
    sent_at = standing.reached(OrderState.SENT)
    if phase in UNDER_WAY:
        yield Step("processed", "now", sent_at)
        yield Step("delivered", "todo")
        return
    if sent_at:
        yield Step("processed", "done", sent_at)
    if phase in ENDS:
        yield Step(phase.value, "bad", standing.reached(ENDS[phase]))
    else:
        yield Step("delivered", "done", standing.reached(OrderState.DELIVERED))
