"""A question to the upstream is brought forward, by a person or by a hint; never asked from here.

No sooner than the least gap after the last call ended, so that impatience cannot break the
upstream's rule; the answer comes by the worker.
"""

from __future__ import annotations

from datetime import datetime

from konter.db.pool import Tx
from konter.orders.desk import OrdersDesk

HASTEN = """
UPDATE orders.attempts a SET next_action_at = least(a.next_action_at,
    greatest(%(now)s, coalesce(a.last_call_at + g.gap, %(now)s)))
FROM unnest(%(accounts)s::text[], %(gaps)s::interval[]) AS g (account, gap)
WHERE a.order_id = %(order_id)s AND a.is_current AND g.account = a.account
  AND a.next_action_at IS NOT NULL AND (a.lease_until IS NULL OR a.lease_until <= %(now)s)
RETURNING a.next_action_at
"""

HASTEN_ONE = """
UPDATE orders.attempts SET next_action_at = least(next_action_at,
    greatest(%(now)s, coalesce(last_call_at + %(gap)s, %(now)s)))
WHERE id = %(attempt_id)s AND state = 'open' AND (lease_until IS NULL OR lease_until <= %(now)s)
RETURNING next_action_at
"""


async def hasten(desk: OrdersDesk, order_id: int) -> datetime | None:
    """Bring the next question forward as far as the rules allow; answers when it is due.

    None: nothing to ask any more, or a question is under way just now. Repeats change nothing.
    """
    now = desk.clock.now()
    facts = {
        "order_id": order_id,
        "now": now,
        "accounts": list(desk.providers),
        "gaps": [desk.gap(account) for account in desk.providers],
    }
    async with desk.db.transaction() as tx:
        row = await tx.row(HASTEN, facts)
    if row is None:
        return None
    due: datetime = row[0]
    if due <= now:
        desk.hints.due()
    return due


async def hasten_attempt(desk: OrdersDesk, tx: Tx, attempt_id: int, *, account: str) -> bool:
    """The same for one attempt that was sent and is not decided; False: it is no such one, or it
    is being asked about just now."""
    facts = {"attempt_id": attempt_id, "now": desk.clock.now(), "gap": desk.gap(account)}
    return await tx.row(HASTEN_ONE, facts) is not None
