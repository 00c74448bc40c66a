"""What is due, leased, waiting: the queue as an operator sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx

QUEUE = """
SELECT a.id, o.code, o.state AS order_state, a.reference, a.account, a.state, a.next_action_at,
       a.lease_until, a.sends, a.enquiries, a.message,
       s.gate_closed_at IS NOT NULL OR s.paused_at IS NOT NULL
           OR EXISTS (SELECT FROM suppliers.shop_pause) AS parked
FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
LEFT JOIN suppliers.accounts s ON s.code = a.account
WHERE a.next_action_at IS NOT NULL
ORDER BY a.next_action_at LIMIT %(most)s
"""

TALLY = """
SELECT count(*) FILTER (WHERE next_action_at <= %(now)s AND lease_until IS NULL AND NOT parked),
       count(*) FILTER (WHERE lease_until > %(now)s),
       count(*) FILTER (WHERE lease_until <= %(now)s AND NOT parked),
       count(*) FILTER (WHERE next_action_at > %(now)s AND lease_until IS NULL AND NOT parked),
       count(*) FILTER (WHERE parked AND (lease_until IS NULL OR lease_until <= %(now)s))
FROM (
    SELECT a.next_action_at, a.lease_until,
           coalesce(s.gate_closed_at IS NOT NULL OR s.paused_at IS NOT NULL, false)
               OR EXISTS (SELECT FROM suppliers.shop_pause) AS parked
    FROM orders.attempts a LEFT JOIN suppliers.accounts s ON s.code = a.account
    WHERE a.next_action_at IS NOT NULL) AS live
"""

LIVE_ORDERS = """
SELECT order_id FROM orders.attempts
WHERE next_action_at IS NOT NULL AND is_current AND (%(id)s::bigint IS NULL OR id = %(id)s)
"""

BY_STATE = """
SELECT count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'sending'),
       count(*) FILTER (WHERE state = 'open') FROM orders.attempts WHERE next_action_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One live attempt. ``parked``: behind a closed gate or a pause, so nothing is sent now."""

    id: int
    code: str
    order_state: str
    reference: str
    account: str
    state: str
    next_action_at: datetime
    lease_until: datetime | None
    sends: int
    enquiries: int
    message: str | None
    parked: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many attempts are due now, in flight, left by a lost call, due later, or parked behind
    a closed gate or a pause."""

    due: int
    in_flight: int
    lost: int
    later: int
    parked: int


async def queue(tx: Tx, *, most: int = 50) -> list[QueueLine]:
    """The attempts whose end is not known, the soonest due first."""
    return await tx.records(QueueLine, QUEUE, {"most": most})


async def tally(tx: Tx, *, now: datetime) -> Tally:
    row = await tx.row(TALLY, {"now": now})
    return Tally(*row) if row else Tally(0, 0, 0, 0, 0)


async def live_orders(tx: Tx, attempt_id: int | None) -> list[int]:
    """The orders of one live attempt, or of all."""
    return [row[0] for row in await tx.rows(LIVE_ORDERS, {"id": attempt_id})]


async def by_state(tx: Tx) -> dict[str, int]:
    """Live attempts by state, for the metrics."""
    row = await tx.row(BY_STATE)
    return dict(zip(("due", "sending", "open"), row, strict=True)) if row else {}
