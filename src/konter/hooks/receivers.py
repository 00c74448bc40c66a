"""How resellers' servers are doing: one that fails for too long is not tried any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.hooks.outbox_desk import OutboxDesk
from konter.hooks.tasks import Task
from konter.people.member_callbacks import stop_callbacks

# Of a member that is well there is no row. All in the members' order, and before anything else, so
# that two batches never wait for each other in a circle.
LOCK = """
SELECT user_id FROM hooks.receivers
WHERE user_id = ANY(%(user_ids)s) AND failed_in_row > 0 ORDER BY user_id FOR NO KEY UPDATE
"""

FORGIVE = """
UPDATE hooks.receivers SET failed_in_row = 0, failing_since = NULL
WHERE user_id = ANY(%(user_ids)s) AND failed_in_row > 0
"""

COUNT_FAILURES = """
INSERT INTO hooks.receivers AS r (user_id, failed_in_row, failing_since)
SELECT n.user_id, n.failed, %(at)s
FROM unnest(%(user_id)s::bigint[], %(failed)s::integer[]) AS n (user_id, failed)
ORDER BY n.user_id
ON CONFLICT (user_id) DO UPDATE SET failed_in_row = r.failed_in_row + excluded.failed_in_row,
    failing_since = coalesce(r.failing_since, excluded.failing_since)
RETURNING user_id, failed_in_row, failing_since
"""

KIND = "callback_off"


@dataclass(frozen=True, slots=True)
class Heard:
    """One call to a member's server, in the order they ended."""

    user_id: int
    member_id: str
    is_good: bool


async def note_receivers(
    desk: OutboxDesk, tx: Tx, heard: Sequence[Heard], *, at: datetime
) -> list[Task]:
    """Count, and switch off the callbacks of members whose last ``off_after`` calls all failed over
    at least ``off_over``; answers a task for each. Switched on again, it begins anew."""
    failed = _failed_since_good(heard)
    failed_before = [row[0] for row in await tx.rows(LOCK, {"user_ids": list(failed)})]
    good = {one.user_id for one in heard if one.is_good}
    if forgiven := sorted(good.intersection(failed_before)):
        await forgive(tx, forgiven)
    failing = sorted(user_id for user_id, times in failed.items() if times)
    if not failing:
        return []
    facts = {"user_id": failing, "failed": [failed[user_id] for user_id in failing], "at": at}
    counted = {
        user_id: (times, since) for user_id, times, since in await tx.rows(COUNT_FAILURES, facts)
    }
    hopeless = [
        user_id
        for user_id, (times, since) in counted.items()
        if times >= desk.off_after and at - since >= desk.off_over
    ]
    if not hopeless:
        return []
    stopped = await stop_callbacks(tx, hopeless, at=at)
    await forgive(tx, sorted(hopeless))
    names = {one.user_id: one.member_id for one in heard}
    return [_task(names[user_id], user_id, *counted[user_id], at=at) for user_id in sorted(stopped)]


async def forgive(tx: Tx, user_ids: Sequence[int]) -> None:
    """What failed before counts no more."""
    await tx.run(FORGIVE, {"user_ids": list(user_ids)})


def subject_of(user_id: int) -> str:
    """Of the task about a member whose callbacks were switched off."""
    return f"user:{user_id}"


def _task(member_id: str, user_id: int, times: int, since: datetime, *, at: datetime) -> Task:
    detail = (
        f"{member_id}: its last {times} callbacks failed, since {since:%Y-%m-%d %H:%M} UTC; "
        f"konter callback enable {member_id}"
    )
    return Task(KIND, subject_of(user_id), detail, at)


def _failed_since_good(heard: Sequence[Heard]) -> Counter[int]:
    failed: Counter[int] = Counter()
    for one in heard:
        failed[one.user_id] = 0 if one.is_good else failed[one.user_id] + 1
    return failed
