"""A person's refresh: the question is brought forward, never asked from here.

No sooner than the least gap after the last one ended, so that impatience cannot break a gateway's
rule; the answer comes by the worker.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from konter.funding.desk import FundingDesk
from konter.funding.states import Purpose

# Locked in id order, as everybody does.
HASTEN_SEARCHES = """
UPDATE funding.invoices SET next_action_at = least(next_action_at,
    greatest(%(now)s, last_asked_at + %(gap)s))
WHERE id IN (
    SELECT i.id FROM funding.invoices i
    WHERE i.purpose = %(purpose)s AND i.purpose_id = %(purpose_id)s
      AND i.state IN ('open', 'doubtful') AND i.next_action_at IS NOT NULL
      AND (i.lease_until IS NULL OR i.lease_until <= %(now)s)
    ORDER BY i.id FOR NO KEY UPDATE)
RETURNING next_action_at
"""

HASTEN_QUESTIONS = """
UPDATE funding.payments SET next_action_at = least(next_action_at,
    greatest(%(now)s, last_asked_at + %(gap)s))
WHERE id IN (
    SELECT p.id FROM funding.payments p
    WHERE p.purpose = %(purpose)s AND p.purpose_id = %(purpose_id)s AND p.state = 'waiting'
      AND (p.lease_until IS NULL OR p.lease_until <= %(now)s)
    ORDER BY p.id FOR NO KEY UPDATE)
RETURNING next_action_at
"""


async def hasten(desk: FundingDesk, purpose: Purpose, purpose_id: int) -> datetime | None:
    """Bring the questions about all links of an order or deposit forward, as far as the rules
    allow; answers when the first of them is due.

    None: nothing to ask any more, or it is being asked just now. Repeats change nothing.
    """
    now = desk.clock.now()
    facts = {
        "purpose": purpose,
        "purpose_id": purpose_id,
        "now": now,
        "gap": timedelta(seconds=desk.times.min_gap),
    }
    async with desk.db.transaction() as tx:
        rows = await tx.rows(HASTEN_SEARCHES, facts)
        rows += await tx.rows(HASTEN_QUESTIONS, facts)
    if not rows:
        return None
    due: datetime = min(row[0] for row in rows)
    if due <= now:
        desk.hints.payments_due()
    return due
