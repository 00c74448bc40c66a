"""The second pair of eyes: another admin approves an adjustment, or refuses it.

Whoever asked for it may withdraw it.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.funding.adjustments import (
    DECIDE,
    Adjustment,
    AdjustmentDecided,
    AdjustmentState,
    OwnAdjustment,
    lock_adjustment,
    post_adjustment,
)
from konter.funding.desk import FundingDesk
from konter.funding.entry import reason_of
from konter.hooks import tasks
from konter.people.actor import Actor
from konter.people.staff import lock_admin

log = structlog.get_logger("konter.funding")


async def approve_adjustment(desk: FundingDesk, adjustment_id: int, *, by: Actor) -> Adjustment:
    """Let it take effect, once. A repeat by the same admin answers what stands.

    Raises Forbidden, AdjustmentNotFound, AdjustmentDecided, OwnAdjustment (asked for by ``by``, or
    for their own wallet), FloorPassed, WalletBlocked: it then waits on.
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        admin = await lock_admin(tx, by)
        asked = await lock_adjustment(tx, adjustment_id)
        if _is_repeat(asked, AdjustmentState.APPROVED, admin):
            return asked
        if admin in (asked.asked_by, asked.user_id):
            raise OwnAdjustment
        await post_adjustment(tx, asked, actor=f"{asked.asked_name}, {by.name}", at=now)
        return await _decide(tx, asked, AdjustmentState.APPROVED, by=by, at=now)


async def refuse_adjustment(
    desk: FundingDesk, adjustment_id: int, *, reason: str, by: Actor
) -> Adjustment:
    """Nothing moves, and whoever asked reads why. A repeat by the same admin answers what stands.

    Raises Forbidden, AdjustmentNotFound, AdjustmentDecided, OwnAdjustment, Invalid.
    """
    because, now = reason_of(reason), desk.clock.now()
    async with desk.db.transaction() as tx:
        admin = await lock_admin(tx, by)
        asked = await lock_adjustment(tx, adjustment_id)
        if _is_repeat(asked, AdjustmentState.REFUSED, admin):
            return asked
        if admin == asked.asked_by:
            raise OwnAdjustment
        return await _decide(tx, asked, AdjustmentState.REFUSED, by=by, at=now, answer=because)


async def withdraw_adjustment(desk: FundingDesk, adjustment_id: int, *, by: Actor) -> Adjustment:
    """Whoever asked for it thinks better of it. A repeat answers what stands.

    Raises Forbidden, AdjustmentNotFound, AdjustmentDecided, OwnAdjustment (somebody else's).
    """
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        admin = await lock_admin(tx, by)
        asked = await lock_adjustment(tx, adjustment_id)
        if _is_repeat(asked, AdjustmentState.WITHDRAWN, admin):
            return asked
        if admin != asked.asked_by:
            raise OwnAdjustment("Hanya yang meminta yang dapat menariknya kembali")
        return await _decide(tx, asked, AdjustmentState.WITHDRAWN, by=by, at=now)


def _is_repeat(asked: Adjustment, wanted: AdjustmentState, admin: int) -> bool:
    """Raises AdjustmentDecided where it was decided otherwise, or by somebody else."""
    if asked.is_open:
        return False
    if asked.state != wanted or asked.decided_by != admin:
        raise AdjustmentDecided(state=asked.state)
    return True


async def _decide(
    tx: Tx,
    asked: Adjustment,
    to: AdjustmentState,
    *,
    by: Actor,
    at: datetime,
    answer: str | None = None,
) -> Adjustment:
    facts = {"id": asked.id, "state": to, "by": by.id, "name": by.name, "at": at, "answer": answer}
    await tx.run(DECIDE, facts)
    await tasks.close_many(tx, [asked.subject], at=at, by=by.name, kind="adjustment")
    word = {"approved": "approve", "refused": "refuse", "withdrawn": "withdraw"}[to]
    await by.did(
        tx,
        f"adjustment.{word}",
        f"user:{asked.user_id}",
        amount=asked.amount,
        asked_by=asked.asked_name,
        reason=answer or asked.reason,
        adjustment=asked.id,
        at=at,
    )
    log.info("adjustment.decided", id=asked.id, state=to.value, actor=by.name)
    return await lock_adjustment(tx, asked.id)
