"""They say that they gave a confirmed payment back: their own API is asked, at once.

A confirmed payment is in nobody's queue of questions, so it is asked about right here. Nothing
moves: a refund is written down, with a task for an operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from konter.funding.backoff import soonest
from konter.funding.confirm import Told, confirm_many
from konter.funding.desk import FundingDesk
from konter.hooks import inbox
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireSilence
from konter.upstreams.gateway_contract import FeeOn, Question

log = structlog.get_logger("konter.funding")

CONFIRMED = """
SELECT p.id, p.gateway, p.their_id, p.fence, p.last_asked_at, i.reference, i.amount, i.fee_on,
       i.charged
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.id = %(id)s AND p.confirmed_at IS NOT NULL AND p.refunded_at IS NULL
"""


async def ask_refund(
    desk: FundingDesk, payment_id: int, *, message: inbox.Message | None = None
) -> bool:
    """Ask what became of a confirmed payment and write down what is heard, with ``message``
    handled in the same commit. False: nothing was heard, or it is too soon after the last
    question, so whoever wants to know asks again later. A repeat changes nothing.
    """
    async with desk.db.read() as tx:
        found = await tx.records(_Confirmed, CONFIRMED, {"id": payment_id})
    if not found:
        return False
    (payment,) = found
    now = desk.clock.now()
    if soonest(desk.times, now, payment.last_asked_at) > now:
        return False
    gateway = desk.gateways[payment.gateway]
    question = payment.question()
    heard = await desk.wire.ask(
        gateway.ask_state(question, now),
        account=gateway.account,
        purpose="state",
        reference=payment.reference,
    )
    if isinstance(heard.said, WireSilence):
        log.warning("payment.refund_unheard", payment=payment.id, problem=heard.said.detail)
        return False
    state = gateway.read_state(question, heard.said)
    ended_at, exchange = heard.exchange.ended_at, heard.exchange
    told = Told(payment.id, state, ended_at, payment.fence, exchange, message)
    (result,) = await confirm_many(desk, [told])
    if isinstance(result, Exception):
        raise result
    log.info("payment.refund_asked", payment=payment.id, outcome=type(state).__name__)
    return True


@dataclass(frozen=True, slots=True)
class _Confirmed:
    id: int
    gateway: str
    their_id: str
    fence: int
    last_asked_at: datetime | None
    reference: str
    amount: int
    fee_on: str
    charged: int | None

    def question(self) -> Question:
        return Question(
            reference=self.reference,
            their_id=self.their_id,
            amount=Rupiah(self.amount),
            fee_on=FeeOn(self.fee_on),
            charged=None if self.charged is None else Rupiah(self.charged),
        )
