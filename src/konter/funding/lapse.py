"""Deposits that end unpaid: given up by their users, or not paid in time.

Neither says anything to a gateway: a link that is paid all the same is credited all the same.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from konter.funding.deposits import Deposit, deposit_of, lock_deposits, refuse_ended
from konter.funding.desk import FundingDesk

log = structlog.get_logger("konter.funding")

CANCEL = """
UPDATE funding.deposits SET state = 'cancelled', updated_at = %(at)s WHERE id = %(id)s
"""

# Not those whose money is there already, and only waits to be credited.
EXPIRE = """
UPDATE funding.deposits d SET state = 'expired', updated_at = %(at)s
FROM (SELECT o.id FROM funding.deposits o
      WHERE o.state = 'awaiting_payment' AND o.pay_by <= %(before)s
        AND NOT EXISTS (SELECT FROM funding.payments p
            WHERE p.purpose = 'deposit' AND p.purpose_id = o.id
              AND p.state IN ('unapplied', 'review'))
      ORDER BY o.id LIMIT 500 FOR NO KEY UPDATE OF o SKIP LOCKED) AS overdue
WHERE d.id = overdue.id
RETURNING d.id
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
        expired = [row[0] for row in await tx.rows(EXPIRE, facts)]
    desk.hints.news(expired)
    return len(expired)
