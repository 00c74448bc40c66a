"""Deposits that end unpaid: given up by their users, or not paid in time.

Neither says anything to a gateway: a link that is paid all the same is credited all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from konter.funding.deposits import Deposit, deposit_of, lock_deposits, refuse_ended
from konter.funding.desk import FundingDesk
from konter.hooks.tell import Told, tell_many

log = structlog.get_logger("konter.funding")

CANCEL = """
UPDATE funding.deposits SET state = 'cancelled', updated_at = %(at)s WHERE id = %(id)s
"""

# Not those whose money is there already, and only waits to be credited; nor those with a link that
# its gateway leaves open for longer.
EXPIRE = """
UPDATE funding.deposits d SET state = 'expired', updated_at = %(at)s
FROM (SELECT o.id FROM funding.deposits o
      WHERE o.state = 'awaiting_payment' AND o.pay_by <= %(before)s
        AND NOT EXISTS (SELECT FROM funding.payments p
            WHERE p.purpose = 'deposit' AND p.purpose_id = o.id
              AND p.state IN ('unapplied', 'review'))
        AND NOT EXISTS (SELECT FROM funding.invoices i
            WHERE i.purpose = 'deposit' AND i.purpose_id = o.id AND i.state = 'open'
              AND i.expires_at > %(before)s)
      ORDER BY o.id LIMIT 500 FOR NO KEY UPDATE OF o SKIP LOCKED) AS overdue
WHERE d.id = overdue.id
RETURNING d.id, d.user_id, d.code
"""


async def cancel_deposit(desk: FundingDesk, named: int | str, *, user_id: int) -> Deposit:
    """Give up an unpaid deposit. Raises DepositNotFound, NotYourDeposit, DepositPaid,
    DepositExpired, DepositCancelled (a repeat)."""
    async with desk.db.transaction() as tx:
        deposit_id = (await deposit_of(tx, named, user_id)).id
        await refuse_ended(tx, (await lock_deposits(tx, [deposit_id]))[deposit_id])
        await tx.run(CANCEL, {"id": deposit_id, "at": desk.clock.now()})
        deposit = (await lock_deposits(tx, [deposit_id]))[deposit_id]
    desk.hints.news([deposit_id])
    log.info("deposit.cancelled", deposit=deposit.code)
    return deposit


async def expire_deposits(desk: FundingDesk, grace_s: float) -> int:
    """End deposits whose latest link was over ``grace_s`` seconds ago; answers how many. Run by
    the timetable, 500 at a time."""
    now = desk.clock.now()
    facts = {"at": now, "before": now - timedelta(seconds=grace_s)}
    async with desk.db.transaction() as tx:
        rows = await tx.rows(EXPIRE, facts)
        await tell_many(tx, [_told(*row, at=now) for row in rows])
    desk.hints.news([row[0] for row in rows])
    if rows:
        log.info("deposits.expired", deposits=len(rows))
    return len(rows)


def _told(deposit_id: int, user_id: int, code: str, *, at: datetime) -> Told:
    return Told(
        event="deposit_expired",
        user_id=user_id,
        about=f"deposit_expired:{deposit_id}",
        blanks={"code": code},
        at=at,
        data={"deposit_code": code},
    )
