"""Callbacks: proved before they come here, kept once by content, handled by the worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

from konter.db.ids import IdBlocks
from konter.db.pool import Database, Tx
from konter.kernel.clock import Clock
from konter.kernel.wire_types import WireCall

KEEP_CONTENT = """
INSERT INTO hooks.inbox_contents (source, digest, inbox_id, last_at)
VALUES (%(source)s, %(digest)s, %(id)s, %(at)s)
ON CONFLICT (source, digest) DO UPDATE
    SET times = hooks.inbox_contents.times + 1, last_at = excluded.last_at
RETURNING inbox_id
"""

KEEP_MESSAGE = """
INSERT INTO hooks.inbox (id, source, headers, body, remote, reference, state, next_action_at,
    received_at, handled_at)
VALUES (%(id)s, %(source)s, %(headers)s, %(body)s, %(remote)s, %(reference)s, %(state)s,
    %(due)s, %(at)s, %(handled)s)
"""

# A repeat is never swallowed: what was handled, or was not ours then, is looked at again.
REOPEN_MESSAGE = """
UPDATE hooks.inbox SET state = 'waiting', next_action_at = %(at)s, handled_at = NULL
WHERE id = %(id)s AND state IN ('handled', 'not_ours')
"""

CLAIM_MESSAGES = """
UPDATE hooks.inbox i SET lease_until = %(lease_until)s, next_action_at = %(lease_until)s,
    fence = i.fence + 1
FROM (SELECT id, received_at FROM hooks.inbox
      WHERE next_action_at <= %(now)s ORDER BY next_action_at LIMIT %(most)s
      FOR UPDATE SKIP LOCKED) AS due
WHERE i.id = due.id AND i.received_at = due.received_at
RETURNING i.id, i.source, i.headers::text, i.body, i.remote, i.fence, i.received_at
"""

FINISH_MESSAGES = """
UPDATE hooks.inbox SET state = n.state, outcome = n.outcome, next_action_at = NULL,
    lease_until = NULL, handled_at = %(at)s
FROM unnest(%(id)s::bigint[], %(fence)s::bigint[], %(received_at)s::timestamptz[],
    %(state)s::text[], %(outcome)s::text[]) AS n (id, fence, received_at, state, outcome)
WHERE hooks.inbox.id = n.id AND hooks.inbox.received_at = n.received_at
  AND hooks.inbox.fence = n.fence AND hooks.inbox.state = 'waiting'
"""

REPLAY_MESSAGE = """
UPDATE hooks.inbox SET state = 'waiting', next_action_at = %(at)s, handled_at = NULL
WHERE id = %(id)s AND state <> 'ping'
"""

ADD_MONTH = "SELECT hooks.add_inbox_month(%(month)s::date)"

LEASE = timedelta(seconds=30)


class Wakes(Protocol):
    """Who is woken when a message waits."""

    def hint(self) -> None: ...


@dataclass(frozen=True, slots=True)
class InboxDesk:
    db: Database
    clock: Clock
    ids: IdBlocks
    wake: Wakes


@dataclass(frozen=True, slots=True)
class Message:
    """A kept callback, leased to this worker."""

    id: int
    source: str
    call: WireCall
    fence: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """How a message ended: ``handled`` or ``not_ours``, and what came of it."""

    message: Message
    state: str
    outcome: str


async def accept(
    desk: InboxDesk, source: str, call: WireCall, *, reference: str | None, ping: bool
) -> None:
    """Keep a proved callback, in one commit; of a ping no body, for it may hold the secret.

    The same content again is counted and hastened, not stored twice.
    """
    now = desk.clock.now()
    digest = hashlib.sha256(call.body).digest()
    async with desk.db.transaction() as tx:
        (new_id,) = await desk.ids.take(tx, 1)
        facts = {"source": source, "digest": digest, "id": new_id, "at": now}
        row = await tx.row(KEEP_CONTENT, facts)
        if row is not None and row[0] != new_id:
            await tx.run(REOPEN_MESSAGE, {"id": row[0], "at": now})
        else:
            kept = {
                "id": new_id,
                "source": source,
                "headers": msgspec.json.encode(dict(call.headers)).decode(),
                "body": b"" if ping else call.body,
                "remote": call.remote,
                "reference": reference,
                "state": "ping" if ping else "waiting",
                "due": None if ping else now,
                "at": now,
                "handled": now if ping else None,
            }
            await tx.run(KEEP_MESSAGE, kept)
    desk.wake.hint()


async def claim(desk: InboxDesk, most: int) -> list[Message]:
    """Lease at most ``most`` waiting messages."""
    now = desk.clock.now()
    facts = {"now": now, "lease_until": now + LEASE, "most": most}
    async with desk.db.transaction() as tx:
        rows = await tx.rows(CLAIM_MESSAGES, facts)
    return [
        Message(id_, source, _call(headers, bytes(body), remote), fence, received_at)
        for id_, source, headers, body, remote, fence, received_at in rows
    ]


async def finish(tx: Tx, finished: Sequence[Finished], *, at: datetime) -> None:
    """Mark messages handled, in the commit that acted on them. An older fence changes nothing."""
    if finished:
        await tx.run(
            FINISH_MESSAGES,
            {
                "id": [f.message.id for f in finished],
                "fence": [f.message.fence for f in finished],
                "received_at": [f.message.received_at for f in finished],
                "state": [f.state for f in finished],
                "outcome": [f.outcome[:300] for f in finished],
                "at": at,
            },
        )


async def replay(desk: InboxDesk, message_id: int) -> bool:
    """An operator has a message handled again; False if there is none of that number."""
    async with desk.db.transaction() as tx:
        facts = {"id": message_id, "at": desk.clock.now()}
        return await tx.run(REPLAY_MESSAGE, facts) == 1


async def add_next_month(desk: InboxDesk) -> None:
    """Make sure that this (UTC) month and the next have their table. A repeat does nothing."""
    today = desk.clock.now().astimezone(UTC).date()
    for month in (today, today.replace(day=1) + timedelta(days=32)):
        async with desk.db.transaction() as tx:
            await tx.run(ADD_MONTH, {"month": month})


def _call(headers: str, body: bytes, remote: str) -> WireCall:
    kept: Mapping[str, str] = msgspec.json.decode(headers, type=dict[str, str])
    return WireCall("POST", "", "", kept, body, remote)
