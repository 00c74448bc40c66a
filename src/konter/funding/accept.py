"""An operator takes a payment that did not match for full: the buyer gets what was ordered."""

from __future__ import annotations

import structlog

from konter.funding.desk import FundingDesk
from konter.funding.entry import reason_of
from konter.funding.payment import PaymentGivenBack, lock_payment
from konter.funding.states import PaymentState
from konter.hooks import tasks
from konter.kernel.errors import Refused
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")

ACCEPT = """
UPDATE funding.payments SET state = 'unapplied', next_action_at = %(at)s, problem = %(problem)s
WHERE id = %(id)s
"""


class NotInReview(Refused):
    """Only a payment in review is decided by a person; it may have been decided already."""

    code = "payment_not_in_review"
    status = 409
    message = "Pembayaran ini tidak sedang ditinjau"


class PaymentTooSmall(Refused):
    """It is less than was asked for; ``amount`` and ``asked`` in whole rupiah."""

    code = "payment_too_small"
    message = "Pembayaran ini kurang dari tagihan, kembalikan ke pembeli"


async def accept_payment(
    desk: FundingDesk, payment_id: int, *, actor: Actor | str, reason: str
) -> None:
    """Let a payment in review be applied at once, as if it had matched. Its money stays where it
    is until then.

    Raises PaymentNotFound, NotInReview (a repeat too), PaymentGivenBack, PaymentTooSmall, Invalid.
    """
    because = reason_of(reason)
    now, who = desk.clock.now(), actor_of(actor)
    async with desk.db.transaction() as tx:
        payment = await lock_payment(tx, payment_id)
        if payment.state is not PaymentState.REVIEW:
            raise NotInReview(state=payment.state.value)
        if payment.refunded_at is not None:
            raise PaymentGivenBack(payment=payment.id)
        if payment.amount < payment.asked:
            raise PaymentTooSmall(amount=payment.amount, asked=payment.asked)
        # No money moves, so the journal keeps no name: the payment itself does.
        said = f"accepted by {who.name}: {because}"
        await tx.run(ACCEPT, {"id": payment.id, "at": now, "problem": said})
        await tasks.close_many(tx, [payment.subject], at=now, by=who.name, kind="payment_review")
        await who.did(
            tx,
            "payment.accept",
            payment.subject,
            amount=payment.amount,
            code=payment.shown_as,
            reason=because,
            at=now,
        )
    desk.hints.payments_confirmed()
    desk.hints.news([payment.purpose_id])
    log.info("payment.accepted", payment=payment.id, amount=payment.amount, actor=who.name)
