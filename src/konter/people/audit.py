"""What staff did, for whoever asks later: written in the act's own transaction, never changed.

There are two ways to it. An act that only a person in the shop's name does, and that knows itself
what is worth keeping, takes an ``Actor`` and says ``did``: money, users, members. An act that
buyers, commands or machines do as well takes a ``Deed | None`` of whoever calls it, since only the
office's page knows that it was a deed and what was said with it. They do not become one: given an
``Actor``, the latter would note commands too, or have to learn who is whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from konter.db.pool import Tx

NOTE = """
INSERT INTO people.audit (at, actor_id, actor, act, subject, detail, remote)
VALUES (%(at)s, %(actor_id)s, %(actor)s, %(act)s, %(subject)s, %(detail)s::jsonb, %(remote)s)
"""

# NULL means any. Newest first, by the number of the last one seen.
DEEDS = """
SELECT id, at, actor_id, actor, act, subject, detail::text AS detail, remote FROM people.audit
WHERE (%(before)s::bigint IS NULL OR id < %(before)s)
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
  AND (%(act)s::text IS NULL OR act = %(act)s OR act LIKE %(act)s || '.%%')
  AND (%(subject)s::text IS NULL OR subject = %(subject)s)
ORDER BY id DESC LIMIT %(most)s
"""

Detail = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """``act``: ``<thing>.<what>``, e.g. order.resolve. ``subject``: ``<thing>:<id>``. ``detail``:
    what was said and what changed, no secret. ``actor_id`` None: by command."""

    actor_id: int | None
    actor: str
    act: str
    subject: str
    detail: Detail = field(default_factory=dict)
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class KeptDeed:
    """``detail`` is JSON text; ``at`` UTC."""

    id: int
    at: datetime
    actor_id: int | None
    actor: str
    act: str
    subject: str
    detail: str
    remote: str | None


async def note(tx: Tx, deed: Deed, *, at: datetime) -> None:
    """Keep it with whatever else this transaction does."""
    await tx.run(
        NOTE,
        {
            "at": at,
            "actor_id": deed.actor_id,
            "actor": deed.actor,
            "act": deed.act,
            "subject": deed.subject,
            "detail": msgspec.json.encode(deed.detail).decode(),
            "remote": deed.remote,
        },
    )


async def note_if(tx: Tx, deed: Deed | None, *, at: datetime) -> None:
    """As ``note``; None: a command's or a machine's act, which nobody at a page did."""
    if deed is not None:
        await note(tx, deed, at=at)


async def deeds(
    tx: Tx,
    *,
    actor: str | None = None,
    act: str | None = None,
    subject: str | None = None,
    before: int | None = None,
    most: int = 50,
) -> list[KeptDeed]:
    """The newest first, older than number ``before``. ``act``: one, or all of a thing."""
    facts = {"actor": actor, "act": act, "subject": subject, "before": before, "most": most}
    return await tx.records(KeptDeed, DEEDS, facts)
