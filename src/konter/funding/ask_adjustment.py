"""An admin enters an amount in a wallet: a small one at once, a larger one for others to approve.

The limit is what one admin may move alone in a day, all wallets together: ten small entries are one
large one.
"""

from __future__ import annotations

from datetime import datetime, time

import structlog

from konter.db.pool import Tx
from konter.funding.adjustments import Adjustment, AdjustmentState, lock_adjustment, post_adjustment
from konter.funding.desk import FundingDesk
from konter.funding.entry import reason_of
from konter.hooks import tasks
from konter.kernel.clock import WIB
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import MAX_RUPIAH, ZERO, Rupiah
from konter.people.actor import Actor
from konter.people.roster import NoSuchUser
from konter.people.staff import lock_admin

log = structlog.get_logger("konter.funding")

INSERT = """
INSERT INTO funding.adjustments (id, user_id, amount, reason, ref_id, state, asked_by, asked_name,
    asked_at)
VALUES (%(id)s, %(user_id)s, %(amount)s, %(reason)s, %(ref_id)s, %(state)s, %(by)s, %(name)s,
    %(at)s)
"""

BY_REF = "SELECT id FROM funding.adjustments WHERE asked_by = %(by)s AND ref_id = %(ref_id)s"

OWNS_A_WALLET = "SELECT 1 FROM ledger.wallets WHERE user_id = %(user_id)s"

MOVED_ALONE = """
SELECT coalesce(sum(abs(amount)), 0)::bigint FROM funding.adjustments
WHERE asked_by = %(by)s AND state = 'alone' AND asked_at >= %(midnight)s
"""

LONGEST_REF = 64


class AdjustmentRefUsed(Refused):
    """The same form with other facts: nothing was done with these."""

    code = "adjustment_ref_used"
    status = 409
    message = "Formulir ini sudah dipakai dengan isian lain, muat ulang halamannya"


async def ask_adjustment(
    desk: FundingDesk, *, user_id: int, amount: Rupiah, reason: str, ref_id: str, by: Actor
) -> Adjustment:
    """Add to a wallet, or take from it (negative): at once where ``by`` may do so alone and the
    wallet is not their own; else it waits for another admin. Its state says which.

    A repeat of ``ref_id`` answers what stands. Raises Forbidden, Invalid, NoSuchUser,
    AdjustmentRefUsed, FloorPassed, WalletBlocked.
    """
    because = _checked(amount, reason, ref_id)
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        admin = await lock_admin(tx, by)
        standing = await tx.row(BY_REF, {"by": admin, "ref_id": ref_id})
        if standing:
            return _same(await lock_adjustment(tx, standing[0]), user_id, amount, because)
        if not await tx.row(OWNS_A_WALLET, {"user_id": user_id}):
            raise NoSuchUser(user=user_id)
        left = await left_alone(desk, tx, admin, at=now)
        is_alone = user_id != admin and Rupiah(abs(amount.amount)) <= left
        state = AdjustmentState.ALONE if is_alone else AdjustmentState.ASKED
        (new_id,) = await desk.ids.take(tx, 1)
        facts = {"id": new_id, "user_id": user_id, "amount": amount.amount, "reason": because}
        facts |= {"ref_id": ref_id, "state": state, "by": admin, "name": by.name, "at": now}
        await tx.run(INSERT, facts)
        asked = await lock_adjustment(tx, new_id)
        if is_alone:
            await post_adjustment(tx, asked, actor=by.name, at=now)
        else:
            await tasks.open_many(tx, [_task(asked)])
        act = "wallet.adjust" if is_alone else "adjustment.ask"
        await by.did(
            tx,
            act,
            f"user:{user_id}",
            amount=amount.amount,
            reason=because,
            adjustment=new_id,
            at=now,
        )
    log.info("adjustment.asked", id=new_id, state=state.value, user=user_id, actor=by.name)
    return asked


async def left_alone(desk: FundingDesk, tx: Tx, admin: int, *, at: datetime) -> Rupiah:
    """What this admin may still move without anybody else, today (WIB)."""
    midnight = datetime.combine(at.astimezone(WIB).date(), time(), WIB)
    row = await tx.row(MOVED_ALONE, {"by": admin, "midnight": midnight})
    return max(ZERO, desk.adjust_alone - Rupiah(row[0] if row else 0))


def _checked(amount: Rupiah, reason: str, ref_id: str) -> str:
    if amount == ZERO or abs(amount.amount) > MAX_RUPIAH:
        raise Invalid({"amount": ["Nominal tidak boleh nol, dan harus masuk akal"]})
    if not (ref_id.isascii() and ref_id.isprintable() and 8 <= len(ref_id) <= LONGEST_REF):
        raise Invalid({"ref_id": ["Formulir ini rusak, muat ulang halamannya"]})
    return reason_of(reason)


def _same(standing: Adjustment, user_id: int, amount: Rupiah, because: str) -> Adjustment:
    if (standing.user_id, standing.amount, standing.reason) != (user_id, amount.amount, because):
        raise AdjustmentRefUsed(adjustment=standing.id)
    return standing


def _task(asked: Adjustment) -> tasks.Task:
    shown = Rupiah(asked.amount).shown()
    detail = f"{shown} for {asked.email}, asked for by {asked.asked_name}: {asked.reason}"
    return tasks.Task("adjustment", asked.subject, detail, asked.asked_at)
