"""What a person of the shop must look at: one open task per kind and subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.hooks.tell_staff import tell_staff

OPEN_TASKS = """
INSERT INTO hooks.tasks (kind, subject, detail, opened_at)
SELECT * FROM unnest(%(kind)s::text[], %(subject)s::text[], %(detail)s::text[],
    %(opened_at)s::timestamptz[])
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING
RETURNING id, kind, subject, detail
"""

CLOSE_TASKS = """
UPDATE hooks.tasks SET closed_at = %(at)s, closed_by = %(by)s
WHERE closed_at IS NULL AND subject = ANY(%(subjects)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
"""

OPEN_ONES = """
SELECT id, kind, subject, detail, opened_at FROM hooks.tasks
WHERE closed_at IS NULL ORDER BY opened_at LIMIT 500
"""

ONE = """
SELECT id, kind, subject, detail, opened_at FROM hooks.tasks
WHERE id = %(id)s AND closed_at IS NULL FOR UPDATE
"""

CLOSE_ONE = """
UPDATE hooks.tasks SET closed_at = %(at)s, closed_by = %(by)s
WHERE id = %(id)s AND closed_at IS NULL
"""

OF_SUBJECT = """
SELECT id, kind, subject, detail, opened_at FROM hooks.tasks
WHERE closed_at IS NULL AND subject = %(subject)s ORDER BY opened_at
"""

COUNT_OPEN = "SELECT kind, count(*) FROM hooks.tasks WHERE closed_at IS NULL GROUP BY kind"


@dataclass(frozen=True, slots=True)
class Task:
    """``kind``: dispute, stuck, review, gate_closed, low_deposit, …. ``subject``: order:<id>, …"""

    kind: str
    subject: str
    detail: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class OpenTask:
    id: int
    kind: str
    subject: str
    detail: str
    opened_at: datetime


async def open_many(tx: Tx, tasks: Sequence[Task]) -> list[tuple[str, str, str]]:
    """Open tasks and tell staff of them; answers (kind, subject, detail) of those not open already,
    for the alert."""
    if not tasks:
        return []
    rows = await tx.rows(
        OPEN_TASKS,
        {
            "kind": [t.kind for t in tasks],
            "subject": [t.subject for t in tasks],
            "detail": [t.detail[:500] for t in tasks],
            "opened_at": [t.opened_at for t in tasks],
        },
    )
    await tell_staff(tx, [(row[0], row[1], row[3]) for row in rows], at=tasks[0].opened_at)
    return [(row[1], row[2], row[3]) for row in rows]


async def close_many(
    tx: Tx, subjects: Sequence[str], *, at: datetime, by: str, kind: str | None = None
) -> None:
    """Close the open tasks of these subjects, of one kind or of all."""
    if subjects:
        await tx.run(CLOSE_TASKS, {"subjects": list(subjects), "at": at, "by": by, "kind": kind})


async def open_tasks(tx: Tx) -> list[OpenTask]:
    """The oldest 500 open tasks."""
    return await tx.records(OpenTask, OPEN_ONES)


async def lock_open(tx: Tx, task_id: int) -> OpenTask | None:
    """One open task, held until this transaction ends; None: somebody has closed it."""
    found = await tx.records(OpenTask, ONE, {"id": task_id})
    return found[0] if found else None


async def close_one(tx: Tx, task_id: int, *, at: datetime, by: str) -> bool:
    """Close this one; False: it was closed already."""
    return await tx.run(CLOSE_ONE, {"id": task_id, "at": at, "by": by}) == 1


async def of_subject(tx: Tx, subject: str) -> list[OpenTask]:
    """The open tasks about one thing, the oldest first."""
    return await tx.records(OpenTask, OF_SUBJECT, {"subject": subject})


async def count_open(tx: Tx) -> dict[str, int]:
    """How many are open, by kind."""
    return {row[0]: row[1] for row in await tx.rows(COUNT_OPEN)}
