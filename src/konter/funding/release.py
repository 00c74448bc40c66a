"""An operator gives a payment back to its buyer whole: too little, or nobody can apply it."""

from __future__ import annotations

import structlog

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk
from konter.funding.entry import reason_of
from konter.funding.payment import Payment, PaymentGivenBack, lock_payment
from konter.funding.refund import Owed, owe_many
from konter.hooks import tasks
from konter.hooks.tell import Told, tell_many
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.wallets import GUEST, owed_to
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")

RELEASE = """
UPDATE funding.payments SET state = 'applied', applied_to = 'buyer', applied_at = %(at)s,
    next_action_at = NULL
WHERE id = %(id)s
"""

STUCK = """
SELECT 1 FROM hooks.tasks
WHERE kind = 'payment_stuck' AND subject = %(subject)s AND closed_at IS NULL
"""


class NotReleasable(Refused):
    """Only a payment in review, or one that could not be applied, is given back by a person."""

    code = "payment_not_releasable"
    status = 409
    message = "Pembayaran ini tidak dapat dikembalikan ke pembeli"


async def release_payment(
    desk: FundingDesk, payment_id: int, *, user_id: int, actor: Actor | str, reason: str
) -> Rupiah:
    """Give all of a payment to the user that it is from: to the wallet, of a guest to
    ``refunds_due``. Answers how much.

    Raises PaymentNotFound, NotReleasable (a repeat too), PaymentGivenBack, Invalid.
    """
    because = reason_of(reason)
    now, who = desk.clock.now(), actor_of(actor)
    async with desk.db.transaction() as tx:
        payment = await lock_payment(tx, payment_id)
        await _refuse_unless_it_rests(tx, payment)
        transfer = Transfer(
            key=f"surplus:{payment.id}",
            kind="surplus",
            debit="unapplied",
            credit=owed_to(user_id),
            amount=Rupiah(payment.amount),
            order_id=payment.order_id,
            reference=payment.shown_as,
            note=because,
            actor=who.name,
            happened_at=now,
        )
        await post(tx, [transfer], at=now)
        await tx.run(RELEASE, {"id": payment.id, "at": now})
        for kind in ("payment_review", "payment_stuck"):
            await tasks.close_many(tx, [payment.subject], at=now, by=who.name, kind=kind)
        await who.did(
            tx,
            "payment.release",
            payment.subject,
            amount=payment.amount,
            code=payment.shown_as,
            reason=because,
            at=now,
        )
        if user_id == GUEST:
            await owe_many(desk, tx, [_owed(payment, transfer, because)], at=now)
        else:
            await tell_many(tx, [_told(payment, user_id, transfer)])
    desk.hints.news([payment.purpose_id])
    log.info("payment.released", payment=payment.id, amount=payment.amount, actor=who.name)
    return transfer.amount


async def _refuse_unless_it_rests(tx: Tx, payment: Payment) -> None:
    """Its money must lie in ``unapplied``, and no worker may be about to apply it."""
    if not (payment.in_review or payment.is_unapplied):
        raise NotReleasable(state=payment.state.value)
    if payment.refunded_at is not None:
        raise PaymentGivenBack(payment=payment.id)
    if payment.is_unapplied and not await tx.row(STUCK, {"subject": payment.subject}):
        raise NotReleasable(state=payment.state.value, because="it is about to be applied")


def _owed(payment: Payment, transfer: Transfer, because: str) -> Owed:
    return Owed(
        key=transfer.key,
        purpose=payment.purpose,
        purpose_id=payment.purpose_id,
        reference=payment.shown_as,
        amount=transfer.amount,
        because=f"payment {payment.id} given back: {because}",
    )


def _told(payment: Payment, user_id: int, transfer: Transfer) -> Told:
    code = payment.shown_as
    return Told(
        event="payment_to_wallet",
        user_id=user_id,
        about=f"payment_to_wallet:{payment.id}",
        blanks={"code": code, "amount": transfer.amount.shown()},
        at=transfer.happened_at,
        data={payment.code_field: code},
    )
