"""An operator ends an order that the upstream never decides, with a reason and evidence."""

from __future__ import annotations

from enum import StrEnum

import structlog

from konter.kernel.errors import Invalid, Refused
from konter.kernel.outcome import Delivered, Fault, Outcome, Rejected
from konter.orders.desk import OrdersDesk
from konter.orders.read import CallUnderWay, OrderNotFound
from konter.orders.settle import settle_many
from konter.orders.states import OrderState
from konter.orders.tidings import Settled, Tidings, Via

log = structlog.get_logger("konter.orders")

SENT_ATTEMPT = """
SELECT a.id, o.state, a.lease_until > %(now)s FROM orders.attempts a
JOIN orders.orders o ON o.id = a.order_id
WHERE a.order_id = %(order_id)s AND a.is_current
"""


class Verdict(StrEnum):
    """What the operator has seen: in the upstream's panel, or with the buyer."""

    DELIVERED = "delivered"
    FAILED = "failed"


class NotSentNow(Refused):
    """Only an order that is sent and undecided is ended by hand."""

    code = "not_sent_now"
    status = 409
    message = "Hanya transaksi yang sedang diproses penyedia yang dapat diakhiri"


async def end(
    desk: OrdersDesk,
    order_id: int,
    verdict: Verdict,
    *,
    actor: str,
    reason: str,
    serial: str | None = None,
) -> OrderState:
    """End a sent order; answers its new state. Delivered books the expected cost.

    Where a call began in this very moment, the failure waits for its answer.
    News that contradicts it later is a dispute. A repeat raises NotSentNow. Raises OrderNotFound,
    NotSentNow, CallUnderWay, Invalid.
    """
    if len(reason.strip()) < 5:
        raise Invalid({"reason": ["Sebutkan alasan dan buktinya"]})
    now = desk.clock.now()
    async with desk.db.read() as tx:
        row = await tx.row(SENT_ATTEMPT, {"order_id": order_id, "now": now})
    if row is None:
        raise OrderNotFound
    attempt_id, state, in_flight = row
    if state != OrderState.SENT:
        raise NotSentNow(state=state)
    if in_flight:
        raise CallUnderWay
    because = f"{actor}: {reason}"[:300]
    (settled,) = await settle_many(
        desk, [Tidings(attempt_id, _news(verdict, serial), Via.OPERATOR, now, because=because)]
    )
    if not isinstance(settled, Settled):
        raise settled
    log.info("order.ended", order=order_id, verdict=verdict.value, actor=actor)
    return settled.state


def _news(verdict: Verdict, serial: str | None) -> Outcome:
    if verdict is Verdict.DELIVERED:
        return Delivered(serial=serial, cost=None, message="Diselesaikan oleh operator")
    return Rejected(Fault.OTHER, formed=True, reason="Dibatalkan oleh operator")
