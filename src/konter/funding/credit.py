"""Deposits' payments reach their wallets: what was ordered, once, and whatever came beside it.

A list at a time, in one commit; what one payment does wrong does not touch the others: the list is
then applied singly, and the one that cannot be waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from konter.db.pool import Tx
from konter.funding.apply import Unapplied, leg, mark_applied, take
from konter.funding.apply_each import apply_each
from konter.funding.deposits import Deposit, lock_deposits
from konter.funding.desk import FundingDesk
from konter.funding.states import AppliedTo, DepositState, Purpose
from konter.hooks import tasks
from konter.hooks.tell import Told, tell_many
from konter.kernel.errors import Broken
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.wallets import owed_to

log = structlog.get_logger("konter.funding")

CREDITED = """
UPDATE funding.deposits SET state = 'credited', credited_at = %(at)s, updated_at = %(at)s
WHERE id = ANY(%(ids)s) AND state <> 'credited'
"""


@dataclass(slots=True)
class Work:
    """What one commit will write."""

    at: datetime
    credited: set[int] = field(default_factory=set)
    transfers: list[Transfer] = field(default_factory=list)
    applied: list[tuple[int, AppliedTo]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


async def apply_deposits(desk: FundingDesk, payment_ids: Sequence[int]) -> int:
    """Apply these confirmed payments; answers how many were. Those that somebody else has applied,
    or is applying, are passed over, so a repeat does nothing. One that fails is put off a minute,
    with a task for an operator."""
    return await apply_each(
        payment_ids,
        partial(_apply, desk),
        said="a deposit's payment could not be applied",
        db=desk.db,
        clock=desk.clock,
        log=log,
    )


async def _apply(desk: FundingDesk, payment_ids: Sequence[int]) -> int:
    work = Work(desk.clock.now())
    async with desk.db.transaction() as tx:
        payments = await take(tx, Purpose.DEPOSIT, payment_ids)
        if not payments:
            return 0
        deposits = await lock_deposits(tx, [payment.purpose_id for payment in payments])
        for payment in payments:
            if payment.purpose_id not in deposits:
                raise Broken("a payment for a deposit that is not there", payment=payment.id)
            _credit(work, payment, deposits[payment.purpose_id])
        await _write(tx, work, payments)
    desk.hints.news(sorted(deposits))
    for payment in payments:
        code = deposits[payment.purpose_id].code
        log.info("deposit.paid", deposit=code, payment=payment.id, amount=payment.amount)
    return len(payments)


def _credit(work: Work, payment: Unapplied, deposit: Deposit) -> None:
    """What was ordered goes to the wallet, once, whatever became of the deposit meanwhile: it is
    the user's money. The fee that was passed on stays ours; all else is the user's, too."""
    wallet = owed_to(deposit.user_id)
    counted = 0
    orders = deposit.state is not DepositState.CREDITED and deposit.id not in work.credited
    if orders and payment.amount >= payment.asked:
        counted = deposit.amount + payment.surcharge
        work.credited.add(deposit.id)
        work.transfers.append(
            leg(payment, "deposit", wallet, deposit.amount, reference=deposit.code)
        )
        work.told.append(
            _told(work, deposit, payment, event="deposit_credited", amount=deposit.amount)
        )
        if payment.surcharge:
            work.transfers.append(
                leg(payment, "surcharge", "fees", payment.surcharge, reference=deposit.code)
            )
    if rest := payment.amount - counted:
        work.transfers.append(leg(payment, "surplus", wallet, rest, reference=deposit.code))
        work.told.append(_told(work, deposit, payment, event="deposit_surplus", amount=rest))
    work.applied.append((payment.id, AppliedTo.DEPOSIT if counted else AppliedTo.BUYER))


def _told(work: Work, deposit: Deposit, payment: Unapplied, *, event: str, amount: int) -> Told:
    return Told(
        event=event,
        user_id=deposit.user_id,
        about=f"{event}:{payment.id}",
        blanks={"code": deposit.code, "amount": Rupiah(amount).shown()},
        at=work.at,
        data={"deposit_code": deposit.code},
    )


async def _write(tx: Tx, work: Work, payments: Sequence[Unapplied]) -> None:
    await post(tx, work.transfers, at=work.at)
    if work.credited:
        await tx.run(CREDITED, {"ids": sorted(work.credited), "at": work.at})
    await mark_applied(tx, work.applied, at=work.at)
    await tell_many(tx, work.told)
    subjects = [f"payment:{payment.id}" for payment in payments]
    await tasks.close_many(tx, subjects, at=work.at, by="applied", kind="payment_stuck")
