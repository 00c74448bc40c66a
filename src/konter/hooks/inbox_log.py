"""The callbacks that came in, for an operator to read: what they said, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.errors import NotFound

RECENT = """
SELECT i.id, i.source, i.reference, i.state, i.outcome, i.remote, i.next_action_at, i.received_at,
       i.handled_at
FROM hooks.inbox i
WHERE (i.received_at, i.id) < (%(until)s, %(before)s)
  AND (%(source)s::text IS NULL OR i.source = %(source)s)
  AND (%(state)s::text IS NULL OR i.state = %(state)s)
ORDER BY i.received_at DESC, i.id DESC LIMIT %(most)s
"""

ABOUT = """
SELECT i.id, i.source, i.reference, i.state, i.outcome, i.remote, i.next_action_at, i.received_at,
       i.handled_at
FROM hooks.inbox i WHERE i.reference = ANY(%(references)s)
ORDER BY i.received_at DESC, i.id DESC LIMIT %(most)s
"""

ONE = """
SELECT i.id, i.source, i.reference, i.state, i.outcome, i.remote, i.next_action_at, i.received_at,
       i.handled_at
FROM hooks.inbox i WHERE i.id = %(id)s
"""

CONTENT = """
SELECT i.body, i.headers->>'content-type',
       coalesce((SELECT c.times FROM hooks.inbox_contents c
                 WHERE c.source = i.source AND c.digest = sha256(i.body)), 1)
FROM hooks.inbox i WHERE i.id = %(id)s
"""

LAST = 2**63 - 1


class CallbackInNotFound(NotFound):
    """No incoming callback has this number."""

    code = "inbox_not_found"
    message = "Pesan masuk tidak ditemukan"


@dataclass(frozen=True, slots=True)
class Received:
    """One kept callback; times UTC. ``state``: waiting, handled, not_ours or ping. ``outcome``:
    what came of it."""

    id: int
    source: str
    reference: str | None
    state: str
    outcome: str | None
    remote: str
    next_action_at: datetime | None
    received_at: datetime
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Content:
    """What it said, byte for byte, and how often. Signatures are in headers, which are not here."""

    body: bytes
    kind: str
    times: int


async def recent_callbacks(
    tx: Tx,
    *,
    until: datetime,
    before: int = LAST,
    source: str | None = None,
    state: str | None = None,
    most: int = 50,
) -> list[Received]:
    """The newest first, older than the one of number ``before`` that came at ``until``."""
    facts = {"until": until, "before": before, "source": source, "state": state, "most": most}
    return await tx.records(Received, RECENT, facts)


async def callbacks_about(tx: Tx, references: Sequence[str], *, most: int = 100) -> list[Received]:
    """Those that name one of these references, newest first."""
    if not references:
        return []
    return await tx.records(Received, ABOUT, {"references": list(references), "most": most})


async def callback_of(tx: Tx, message_id: int) -> tuple[Received, Content]:
    """One callback, whole. Raises CallbackInNotFound."""
    found = await tx.records(Received, ONE, {"id": message_id})
    content = await tx.row(CONTENT, {"id": message_id})
    if not found or content is None:
        raise CallbackInNotFound
    body, kind, times = content
    return found[0], Content(bytes(body), kind or "", int(times))
