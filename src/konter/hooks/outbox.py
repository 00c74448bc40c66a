"""What resellers are told: written in the commit that it tells of, sent later, at least once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from konter.db.ids import IdBlocks
from konter.db.pool import Tx
from konter.hooks.outbox_desk import OutboxDesk

ADD_MESSAGES = """
WITH n AS (
    SELECT * FROM unnest(%(id)s::bigint[], %(user_id)s::bigint[], %(order_id)s::bigint[],
        %(seq)s::smallint[], %(event)s::text[], %(ref_id)s::text[], %(status)s::text[],
        %(price)s::bigint[], %(body)s::text[], %(line)s::text[])
        AS n (id, user_id, order_id, seq, event, ref_id, status, price, body, line)
), kept AS (
    INSERT INTO hooks.outbox (id, user_id, order_id, seq, event, ref_id, status, price, body, line,
        state, created_at)
    SELECT id, user_id, order_id, seq, event, ref_id, status, price, body::json, line, 'waiting',
        %(at)s
    FROM n
)
INSERT INTO hooks.outbox_queue (id, created_at, user_id, order_id, seq, next_action_at)
SELECT id, %(at)s, user_id, order_id, seq, %(at)s FROM n
"""

ADD_MONTH = "SELECT hooks.add_outbox_month(%(month)s::date)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to tell a reseller. ``seq``: the order's move that brought it about; what is told
    of one order goes out in this order. ``price``: whole rupiah. ``body``: a JSON object without
    time and signature. ``line``: the same as one line for Otomax."""

    user_id: int
    order_id: int
    seq: int
    ref_id: str
    status: str
    price: int
    body: bytes
    line: str

    @property
    def event(self) -> str:
        """``order.success``, ``order.failed``, ``order.refund``."""
        return f"order.{self.status}"


async def add_many(tx: Tx, ids: IdBlocks, messages: Sequence[Outgoing], *, at: datetime) -> None:
    """Write messages within the act they tell of; due at once."""
    if not messages:
        return
    facts = {
        "id": await ids.take(tx, len(messages)),
        "user_id": [m.user_id for m in messages],
        "order_id": [m.order_id for m in messages],
        "seq": [m.seq for m in messages],
        "event": [m.event for m in messages],
        "ref_id": [m.ref_id for m in messages],
        "status": [m.status for m in messages],
        "price": [m.price for m in messages],
        "body": [m.body.decode() for m in messages],
        "line": [m.line for m in messages],
        "at": at,
    }
    await tx.run(ADD_MESSAGES, facts)


async def add_next_month(desk: OutboxDesk) -> None:
    """Make sure that this (UTC) month and the next have their table. A repeat does nothing."""
    today = desk.clock.now().astimezone(UTC).date()
    for month in (today, today.replace(day=1) + timedelta(days=32)):
        async with desk.db.transaction() as tx:
            await tx.run(ADD_MONTH, {"month": month})
