"""Callbacks: proved before they come here, kept once by content, handled by the worker."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
import psycopg

from konter.db.ids import IdBlocks
from konter.db.pool import Database, Tx
from konter.kernel.clock import Clock
from konter.kernel.errors import CommitUnknown, KonterError
from konter.kernel.wire_types import WireCall
from konter.people.audit import Deed, note_if

# Sorted, so that two batches that share some never wait for each other in a circle.
KEEP_CONTENTS = """
INSERT INTO hooks.inbox_contents AS c (source, digest, inbox_id, times, last_at)
SELECT n.source, n.digest, n.id, n.times, %(at)s
FROM unnest(%(source)s::text[], %(digest)s::bytea[], %(id)s::bigint[], %(times)s::integer[])
    AS n (source, digest, id, times)
ORDER BY n.source, n.digest
ON CONFLICT (source, digest) DO UPDATE
    SET times = c.times + excluded.times, last_at = excluded.last_at
RETURNING inbox_id
"""

KEEP_MESSAGES = """
INSERT INTO hooks.inbox (id, source, headers, body, remote, reference, state, next_action_at,
    received_at, handled_at)
SELECT n.id, n.source, n.headers, n.body, n.remote, n.reference,
    CASE WHEN n.ping THEN 'ping' ELSE 'waiting' END,
    CASE WHEN NOT n.ping THEN %(at)s END, %(at)s, CASE WHEN n.ping THEN %(at)s END
FROM unnest(%(id)s::bigint[], %(source)s::text[], %(headers)s::jsonb[], %(body)s::bytea[],
    %(remote)s::text[], %(reference)s::text[], %(ping)s::boolean[])
    AS n (id, source, headers, body, remote, reference, ping)
"""

# A repeat is never swallowed: what was handled, or was not ours then, is looked at again.
REOPEN_MESSAGES = """
UPDATE hooks.inbox SET state = 'waiting', next_action_at = %(at)s, handled_at = NULL
WHERE id = ANY(%(ids)s) AND state IN ('handled', 'not_ours')
"""

CLAIM_MESSAGES = """
UPDATE hooks.inbox i SET lease_until = %(lease_until)s, next_action_at = %(lease_until)s,
    fence = i.fence + 1
FROM (SELECT id, received_at FROM hooks.inbox
      WHERE next_action_at <= %(now)s AND source = ANY(%(sources)s)
      ORDER BY next_action_at LIMIT %(most)s
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

PUT_OFF_MESSAGE = """
UPDATE hooks.inbox SET next_action_at = %(until)s, lease_until = NULL
WHERE id = %(id)s AND received_at = %(received_at)s AND fence = %(fence)s AND state = 'waiting'
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
class Incoming:
    """A callback to be kept. ``source``: supplier account or gateway. Of a ping no body is kept,
    for it may hold the secret."""

    source: str
    call: WireCall
    reference: str | None
    ping: bool = False

    @property
    def content(self) -> tuple[str, bytes]:
        """The same content from the same sender is one message."""
        return self.source, hashlib.sha256(self.call.body).digest()


Keep = Callable[[Incoming], Awaitable[None]]
"""Keeps one callback durably, or raises."""


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


async def accept_many(desk: InboxDesk, calls: Sequence[Incoming]) -> list[Exception | None]:
    """Keep callbacks in one commit; on an error each by itself, with its own result.

    The same content again is counted and hastened, not stored twice. A commit of unknown end is
    an error to the sender, who sends again.
    """
    try:
        await _accept(desk, calls)
        return [None] * len(calls)
    except (psycopg.Error, KonterError) as error:
        if len(calls) == 1 or isinstance(error, CommitUnknown):
            return [error] * len(calls)
    results: list[Exception | None] = []
    for call in calls:
        results.extend(await accept_many(desk, [call]))
    return results


async def accept(desk: InboxDesk, call: Incoming) -> None:
    """Keep one callback; a list of one."""
    (error,) = await accept_many(desk, [call])
    if error is not None:
        raise error


async def claim(desk: InboxDesk, most: int, *, sources: Sequence[str]) -> list[Message]:
    """Lease at most ``most`` waiting messages of these senders."""
    now = desk.clock.now()
    facts = {"now": now, "lease_until": now + LEASE, "most": most, "sources": list(sources)}
    async with desk.db.at_once() as tx:
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


async def put_off(tx: Tx, message: Message, *, until: datetime) -> None:
    """Have a leased message handled later: it cannot be now. An older fence changes nothing."""
    facts = {"id": message.id, "received_at": message.received_at, "fence": message.fence}
    await tx.run(PUT_OFF_MESSAGE, {**facts, "until": until})


async def replay(desk: InboxDesk, message_id: int, *, deed: Deed | None = None) -> bool:
    """An operator has a message handled again; False if there is none of that number, or it is one
    that nothing follows from. ``deed``: noted if it is done."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        facts = {"id": message_id, "at": now}
        replayed = await tx.run(REPLAY_MESSAGE, facts) == 1
        if replayed:
            await note_if(tx, deed, at=now)
    desk.wake.hint()
    return replayed


async def add_next_month(desk: InboxDesk) -> None:
    """Make sure that this (UTC) month and the next have their table. A repeat does nothing."""
    today = desk.clock.now().astimezone(UTC).date()
    for month in (today, today.replace(day=1) + timedelta(days=32)):
        async with desk.db.transaction() as tx:
            await tx.run(ADD_MONTH, {"month": month})


async def _accept(desk: InboxDesk, calls: Sequence[Incoming]) -> None:
    now = desk.clock.now()
    times = Counter(call.content for call in calls)
    first = {call.content: call for call in reversed(calls)}
    async with desk.db.transaction() as tx:
        ids = dict(zip(first, await desk.ids.take(tx, len(first)), strict=True))
        contents = {
            "source": [source for source, _ in first],
            "digest": [digest for _, digest in first],
            "id": list(ids.values()),
            "times": [times[content] for content in first],
            "at": now,
        }
        kept = {row[0] for row in await tx.rows(KEEP_CONTENTS, contents)}
        fresh = {ids[content]: call for content, call in first.items() if ids[content] in kept}
        if fresh:
            await tx.run(KEEP_MESSAGES, {**_columns(fresh), "at": now})
        if known := kept - fresh.keys():
            await tx.run(REOPEN_MESSAGES, {"ids": sorted(known), "at": now})
    desk.wake.hint()


def _columns(fresh: Mapping[int, Incoming]) -> dict[str, object]:
    calls = fresh.values()
    return {
        "id": list(fresh),
        "source": [call.source for call in calls],
        "headers": [msgspec.json.encode(dict(c.call.headers)).decode() for c in calls],
        "body": [b"" if call.ping else call.call.body for call in calls],
        "remote": [call.call.remote for call in calls],
        "reference": [call.reference for call in calls],
        "ping": [call.ping for call in calls],
    }


def _call(headers: str, body: bytes, remote: str) -> WireCall:
    kept: Mapping[str, str] = msgspec.json.decode(headers, type=dict[str, str])
    return WireCall("POST", "", "", kept, body, remote)
