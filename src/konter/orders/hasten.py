"""A question to the upstream is brought forward, by a person or by a hint; never asked from here.

No sooner than the least gap after the last call ended, so that impatience cannot break the
upstream's rule; the answer comes by the worker.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from konter.db.pool import Tx
from konter.orders.desk import OrdersDesk
from konter.orders.store import AttemptRow
from konter.people.audit import Deed, note_if

HASTEN = """
UPDATE orders.attempts a SET next_action_at = least(a.next_action_at,
    greatest(%(now)s, coalesce(a.last_call_at + g.gap, %(now)s)))
FROM unnest(%(accounts)s::text[], %(bills)s::boolean[], %(gaps)s::interval[])
    AS g (account, is_bill, gap)
WHERE a.order_id = %(order_id)s AND a.is_current
  AND g.account = a.account AND g.is_bill = a.is_bill
  AND a.next_action_at IS NOT NULL AND (a.lease_until IS NULL OR a.lease_until <= %(now)s)
RETURNING a.next_action_at
"""

HASTEN_ONE = """
UPDATE orders.attempts SET next_action_at = least(next_action_at,
    greatest(%(now)s, coalesce(last_call_at + %(gap)s, %(now)s)))
WHERE id = %(attempt_id)s AND state = 'open' AND (lease_until IS NULL OR lease_until <= %(now)s)
RETURNING next_action_at
"""


class Asked(NamedTuple):
    """Whom one asks about a purchase."""

    account: str
    is_bill: bool


async def hasten(desk: OrdersDesk, order_id: int, *, deed: Deed | None = None) -> datetime | None:
    """Bring the next question forward as far as the rules allow; answers when it is due. ``deed``:
    noted if there is something to ask.

    None: nothing to ask any more, or a question is under way just now. Repeats change nothing.
    """
    now = desk.clock.now()
    asked = [*(Asked(a, False) for a in desk.providers), *(Asked(a, True) for a in desk.billers)]
    facts = {
        "order_id": order_id,
        "now": now,
        "accounts": [one.account for one in asked],
        "bills": [one.is_bill for one in asked],
        "gaps": [desk.gap(one) for one in asked],
    }
    async with desk.db.transaction() as tx:
        row = await tx.row(HASTEN, facts)
        if row is not None:
            await note_if(tx, deed, at=now)
    if row is None:
        return None
    due: datetime = row[0]
    if due <= now:
        desk.hints.due()
    return due


async def hasten_attempt(desk: OrdersDesk, tx: Tx, attempt: AttemptRow) -> bool:
    """The same for one attempt that was sent and is not decided; False: it is no such one, or it
    is being asked about just now."""
    facts = {"attempt_id": attempt.id, "now": desk.clock.now(), "gap": desk.gap(attempt)}
    return await tx.row(HASTEN_ONE, facts) is not None
