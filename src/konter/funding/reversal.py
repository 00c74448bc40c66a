"""A gateway gave a confirmed payment back to whoever paid it; an operator says who bears it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk
from konter.funding.entry import reason_of
from konter.funding.payment import Payment, lock_payment
from konter.funding.states import PaymentState
from konter.hooks import tasks
from konter.hooks.tell import Told, tell_many
from konter.kernel.errors import Refused
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.wallets import GUEST
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")

STANDING = """
SELECT key, debit, credit FROM ledger.transfers WHERE key = ANY(%(keys)s)
"""

GIVE_BACK = """
UPDATE funding.payments SET state = 'applied', applied_to = 'buyer', applied_at = %(at)s,
    next_action_at = NULL
WHERE id = %(id)s AND state IN ('unapplied', 'review')
"""


class TakenFrom(StrEnum):
    """Where the money is taken that the gateway owes us no more.

    wallet: the buyer's, no deeper than its floor. losses: ours. unapplied: the payment itself,
    which nobody has applied yet.
    """

    WALLET = "wallet"
    LOSSES = "losses"
    UNAPPLIED = "unapplied"


class NotGivenBack(Refused):
    """As far as we know the gateway still has the money; only its own word changes that."""

    code = "payment_not_given_back"
    status = 409
    message = "Gateway tidak menyatakan pembayaran ini dikembalikan"


class ReversalImpossible(Refused):
    """The money is not where this decision would take it from."""

    code = "reversal_impossible"
    status = 409
    message = "Pengembalian ini tidak dapat diambil dari sana"


class AlreadyReversed(Refused):
    """It was recorded before, and taken from somewhere else."""

    code = "already_reversed"
    status = 409
    message = "Pengembalian ini sudah dicatat dengan sumber yang berbeda"


async def record_reversal(
    desk: FundingDesk,
    payment_id: int,
    *,
    taken_from: TakenFrom,
    user_id: int,
    actor: Actor | str,
    reason: str,
) -> Rupiah:
    """Record that the gateway owes us nothing for this payment any more; answers how much that is:
    the payment less the fee that it kept, which stays a fee. ``user_id``: the payment's buyer.

    A repeat changes nothing. Raises PaymentNotFound, NotGivenBack, ReversalImpossible,
    AlreadyReversed (from elsewhere), FloorPassed, WalletBlocked, Invalid.
    """
    because = reason_of(reason)
    now, who = desk.clock.now(), actor_of(actor)
    async with desk.db.transaction() as tx:
        payment = await lock_payment(tx, payment_id)
        if payment.refunded_at is None:
            raise NotGivenBack(payment=payment.id)
        net = Rupiah(max(0, payment.amount - payment.kept))
        standing = await _standing(tx, payment)
        if standing is not None:
            if standing is not taken_from:
                raise AlreadyReversed(taken_from=standing.value)
            return net
        # One that was given back before it was confirmed has brought nothing: only seen.
        if payment.amount:
            _refuse_elsewhere(payment, taken_from, user_id)
        entry = _Entry(payment, because, who.name, now)
        transfers = entry.transfers(taken_from, user_id, net)
        await post(tx, transfers, at=now)
        await tx.run(GIVE_BACK, {"id": payment.id, "at": now})
        for kind in ("gateway_refund", "payment_review", "payment_stuck"):
            await tasks.close_many(tx, [payment.subject], at=now, by=who.name, kind=kind)
        await who.did(
            tx,
            "payment.reverse",
            payment.subject,
            amount=net.amount,
            taken_from=taken_from.value,
            reason=because,
            at=now,
        )
        if taken_from is TakenFrom.WALLET and net > ZERO:
            await tell_many(tx, [_told(entry, user_id, net)])
    desk.hints.news([payment.purpose_id])
    log.info("payment.reversed", payment=payment.id, taken_from=taken_from.value, actor=who.name)
    return net


async def _standing(tx: Tx, payment: Payment) -> TakenFrom | None:
    """Where an earlier record took the money from."""
    keys = [f"reversal:{payment.id}", f"surplus:{payment.id}"]
    rows = {row[0]: (row[1], row[2]) for row in await tx.rows(STANDING, {"keys": keys})}
    if rows.get(keys[1], ("", ""))[1] == "losses":
        return TakenFrom.UNAPPLIED
    if keys[0] not in rows:
        return None
    return TakenFrom.LOSSES if rows[keys[0]][0] == "losses" else TakenFrom.WALLET


def _refuse_elsewhere(payment: Payment, taken_from: TakenFrom, user_id: int) -> None:
    rests = payment.state is not PaymentState.APPLIED
    if rests is not (taken_from is TakenFrom.UNAPPLIED):
        where = "rests in unapplied" if rests else "has been applied"
        raise ReversalImpossible(taken_from=taken_from.value, because=f"the payment {where}")
    if taken_from is TakenFrom.WALLET and user_id == GUEST:
        raise ReversalImpossible(taken_from=taken_from.value, because="a guest has no wallet")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One decision, as all its transfers tell it."""

    payment: Payment
    because: str
    actor: str
    at: datetime

    def transfers(self, taken_from: TakenFrom, user_id: int, net: Rupiah) -> list[Transfer]:
        """What nobody applied goes to ``losses`` whole, so that the fee that is in it, and that
        nobody earned, meets the fee that was booked."""
        found: list[Transfer] = []
        if taken_from is TakenFrom.UNAPPLIED and self.payment.amount:
            whole = Rupiah(self.payment.amount)
            found.append(self._transfer("surplus", "unapplied", "losses", whole))
        if net > ZERO:
            source = f"wallet:{user_id}" if taken_from is TakenFrom.WALLET else "losses"
            gateway = f"gateway:{self.payment.gateway}"
            found.append(self._transfer("reversal", source, gateway, net))
        return found

    def _transfer(self, kind: str, debit: str, credit: str, amount: Rupiah) -> Transfer:
        return Transfer(
            key=f"{kind}:{self.payment.id}",
            kind=kind,
            debit=debit,
            credit=credit,
            amount=amount,
            order_id=self.payment.order_id,
            reference=self.payment.shown_as,
            note=self.because,
            actor=self.actor,
            happened_at=self.payment.refunded_at or self.at,
        )


def _told(entry: _Entry, user_id: int, net: Rupiah) -> Told:
    code = entry.payment.shown_as
    return Told(
        event="payment_reversed",
        user_id=user_id,
        about=f"payment_reversed:{entry.payment.id}",
        blanks={"code": code, "amount": net.shown()},
        at=entry.at,
        data={entry.payment.code_field: code},
    )
