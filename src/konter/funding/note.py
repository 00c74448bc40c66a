"""Transactions heard of at a gateway: written down to be asked about, or asked about sooner.

A hint is worth a question and nothing else. Many can be forged, so few are kept; a repeated one
is never swallowed, not even while a question is under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk

log = structlog.get_logger("konter.funding")

MOST_UNCONFIRMED: Final = 20
"""Transactions of one invoice that brought nothing so far; more than that is forgery."""

ANY_NUMBER: Final = 2**31

# In id order, so that two who note the same ones never wait for each other in a circle.
LOCK_KNOWN = """
SELECT p.id, p.invoice_id, p.their_id
FROM funding.payments p
JOIN unnest(%(invoice_id)s::bigint[], %(their_id)s::text[]) AS n (invoice_id, their_id)
    ON p.invoice_id = n.invoice_id AND p.their_id = n.their_id
ORDER BY p.id FOR NO KEY UPDATE OF p
"""

# Without a lock: who inserted meanwhile may wait for one of ours.
THERE_BY_NOW = """
SELECT p.invoice_id, p.their_id
FROM funding.payments p
JOIN unnest(%(invoice_id)s::bigint[], %(their_id)s::text[]) AS n (invoice_id, their_id)
    ON p.invoice_id = n.invoice_id AND p.their_id = n.their_id
"""

# What another invoice was paid with is no payment of this one.
INSERT_HEARD = """
INSERT INTO funding.payments (id, invoice_id, gateway, their_id, purpose, purpose_id, state,
    next_action_at, created_at)
SELECT n.id, i.id, i.gateway, n.their_id, i.purpose, i.purpose_id, 'waiting', %(due)s, %(at)s
FROM unnest(%(id)s::bigint[], %(invoice_id)s::bigint[], %(their_id)s::text[],
    %(place)s::integer[]) AS n (id, invoice_id, their_id, place)
JOIN funding.invoices i ON i.id = n.invoice_id
WHERE n.place + (SELECT count(*) FROM funding.payments u
                 WHERE u.invoice_id = i.id AND u.confirmed_at IS NULL) <= %(most)s
  AND NOT EXISTS (SELECT FROM funding.payments c WHERE c.gateway = i.gateway
                  AND c.their_id = n.their_id AND c.confirmed_at IS NOT NULL)
ORDER BY n.invoice_id, n.their_id
ON CONFLICT (invoice_id, their_id) DO NOTHING
RETURNING id
"""

# A row whose lease lives is brought forward, too: whoever holds it sees that and asks once more.
HASTEN_HEARD = """
UPDATE funding.payments p SET state = 'waiting',
    next_action_at = least(p.next_action_at, greatest(%(at)s, p.last_asked_at + %(gap)s))
WHERE p.id = ANY(%(ids)s) AND p.state IN ('waiting', 'ended')
  AND NOT EXISTS (SELECT FROM funding.payments c WHERE c.gateway = p.gateway
                  AND c.their_id = p.their_id AND c.confirmed_at IS NOT NULL)
"""


async def note_transactions(
    desk: FundingDesk, tx: Tx, found: Sequence[tuple[int, str]], *, at: datetime
) -> int:
    """Have these transactions asked about, each (invoice's id, the gateway's id of it); answers
    how many will be.

    A new one is due at once. A known one that brought nothing so far is due no sooner than the
    least gap after the last question, even if it had ended; a confirmed one stays as it is. The
    caller gives ``desk.hints.payments_due()`` after its commit.
    """
    pairs = sorted(set(found))
    if not pairs:
        return 0
    facts = {"invoice_id": [i for i, _ in pairs], "their_id": [t for _, t in pairs]}
    known = {(row[1], row[2]): row[0] for row in await tx.rows(LOCK_KNOWN, facts)}
    fresh = [pair for pair in pairs if pair not in known]
    noted = await _insert(desk, tx, fresh, at=at, due=at) if fresh else 0
    if noted < len(fresh):
        await _tell_dropped(tx, fresh)
    if known:
        gap = timedelta(seconds=desk.times.min_gap)
        noted += await tx.run(HASTEN_HEARD, {"ids": sorted(known.values()), "at": at, "gap": gap})
    return noted


async def _tell_dropped(tx: Tx, fresh: Sequence[tuple[int, str]]) -> None:
    """What was not inserted though nobody else has just inserted it."""
    facts = {"invoice_id": [i for i, _ in fresh], "their_id": [t for _, t in fresh]}
    there = {(row[0], row[1]) for row in await tx.rows(THERE_BY_NOW, facts)}
    dropped = [their_id for pair in fresh if pair not in there for their_id in pair[1:]]
    if dropped:
        log.warning("funding.hints_dropped", count=len(dropped), their_ids=dropped[:10])


async def expect(
    desk: FundingDesk, tx: Tx, invoice_id: int, their_id: str, *, at: datetime, due: datetime
) -> None:
    """A gateway told, as it made the link, which transaction will pay it. A repeat does nothing."""
    await _insert(desk, tx, [(invoice_id, their_id)], at=at, due=due, most=ANY_NUMBER)


async def _insert(
    desk: FundingDesk,
    tx: Tx,
    pairs: Sequence[tuple[int, str]],
    *,
    at: datetime,
    due: datetime,
    most: int = MOST_UNCONFIRMED,
) -> int:
    places: Counter[int] = Counter()
    place: list[int] = []
    for invoice_id, _ in pairs:
        places[invoice_id] += 1
        place.append(places[invoice_id])
    facts = {
        "id": await desk.ids.take(tx, len(pairs)),
        "invoice_id": [invoice_id for invoice_id, _ in pairs],
        "their_id": [their_id for _, their_id in pairs],
        "place": place,
        "most": most,
        "at": at,
        "due": due,
    }
    return len(await tx.rows(INSERT_HEARD, facts))
