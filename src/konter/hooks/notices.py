"""What a user can read about their own affairs. ``tell`` writes it, and sends it elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from konter.db.pool import Tx

ADD_NOTICES = """
INSERT INTO hooks.notices (user_id, type, title, message, data, created_at, about)
SELECT * FROM unnest(%(user_id)s::bigint[], %(type)s::text[], %(title)s::text[],
    %(message)s::text[], %(data)s::jsonb[], %(created_at)s::timestamptz[], %(about)s::text[])
ON CONFLICT (user_id, about) WHERE about IS NOT NULL DO NOTHING
"""

NOTICES_OF = """
SELECT id, user_id, type, title, message, data::text AS data, read_at, created_at
FROM hooks.notices WHERE user_id = %(user_id)s
ORDER BY id DESC LIMIT %(most)s OFFSET %(skip)s
"""

COUNT_NOTICES = """
SELECT count(*), count(*) FILTER (WHERE read_at IS NULL) FROM hooks.notices
WHERE user_id = %(user_id)s
"""

MARK_READ = """
UPDATE hooks.notices SET read_at = %(at)s
WHERE user_id = %(user_id)s AND read_at IS NULL AND (%(id)s::bigint IS NULL OR id = %(id)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to one user; ``type``: success, error, info or payment. ``about``: what happened;
    of one thing there is one notice. None: of no particular thing."""

    user_id: int
    type: str
    title: str
    message: str
    data: dict[str, str | None]
    created_at: datetime
    about: str | None = None


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A notice as it is stored; ``data`` is JSON text."""

    id: int
    user_id: int
    type: str
    title: str
    message: str
    data: str
    read_at: datetime | None
    created_at: datetime


async def add_many(tx: Tx, notices: Sequence[Notice]) -> None:
    """Write notices within the act they tell of."""
    if not notices:
        return
    await tx.run(
        ADD_NOTICES,
        {
            "user_id": [n.user_id for n in notices],
            "type": [n.type for n in notices],
            "title": [n.title for n in notices],
            "message": [n.message for n in notices],
            "data": [msgspec.json.encode(n.data).decode() for n in notices],
            "created_at": [n.created_at for n in notices],
            "about": [n.about for n in notices],
        },
    )


async def of_user(
    tx: Tx, user_id: int, *, page: int, per_page: int
) -> tuple[list[KeptNotice], int, int]:
    """A page of a user's notices, newest first; how many there are, and how many unread."""
    row = await tx.row(COUNT_NOTICES, {"user_id": user_id})
    total, unread = (int(row[0]), int(row[1])) if row else (0, 0)
    facts = {"user_id": user_id, "most": per_page, "skip": (page - 1) * per_page}
    return await tx.records(KeptNotice, NOTICES_OF, facts), total, unread


async def mark_read(tx: Tx, user_id: int, *, notice_id: int | None, at: datetime) -> int:
    """Mark one notice read, or all of them; answers how many were unread."""
    return await tx.run(MARK_READ, {"user_id": user_id, "id": notice_id, "at": at})
