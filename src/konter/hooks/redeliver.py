"""Callbacks sent again by hand, and a member's callbacks switched on again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from konter.hooks import tasks
from konter.hooks.outbox_desk import OutboxDesk
from konter.hooks.receivers import KIND, forgive, subject_of
from konter.kernel.errors import NotFound, Refused
from konter.people.audit import Deed, note_if
from konter.people.members import member_by_id
from konter.people.resume_callbacks import resume_callbacks

log = structlog.get_logger("konter.hooks")

# The queue before the log, as everyone who changes both.
LOCK_WAITING = """
SELECT lease_until > %(now)s FROM hooks.outbox_queue WHERE id = %(id)s FOR UPDATE
"""

FIND_MESSAGE = """
SELECT o.created_at, o.user_id, EXISTS (
    SELECT FROM hooks.outbox l WHERE l.order_id = o.order_id AND l.seq > o.seq) AS has_later
FROM hooks.outbox o WHERE o.id = %(id)s
"""

SEND_AGAIN = """
WITH again AS (
    UPDATE hooks.outbox SET state = 'waiting', tries = 0
    WHERE id = %(id)s AND created_at = %(created_at)s
    RETURNING id, created_at, user_id, order_id, seq
)
INSERT INTO hooks.outbox_queue (id, created_at, user_id, order_id, seq, next_action_at)
SELECT id, created_at, user_id, order_id, seq, %(at)s FROM again
ON CONFLICT (id) DO UPDATE SET next_action_at = excluded.next_action_at
"""

# Only the last word about each order: an older one after it would tell what is not so any more.
SEND_DEAD_ONES = """
WITH again AS (
    UPDATE hooks.outbox o SET state = 'waiting', tries = 0
    WHERE o.user_id = %(user_id)s AND o.created_at >= %(since)s AND o.state = 'dead'
      AND NOT EXISTS (
        SELECT FROM hooks.outbox l WHERE l.order_id = o.order_id AND l.seq > o.seq)
    RETURNING id, created_at, user_id, order_id, seq
)
INSERT INTO hooks.outbox_queue (id, created_at, user_id, order_id, seq, next_action_at)
SELECT id, created_at, user_id, order_id, seq, %(at)s FROM again
"""


class DeliveryNotFound(NotFound):
    """No callback has this number, or it is another member's."""

    code = "callback_not_found"
    message = "Callback tidak ditemukan"


class Overtaken(Refused):
    """A later callback of the same order exists: an older one after it would mislead."""

    code = "callback_overtaken"
    status = 409
    message = "Ada callback yang lebih baru untuk transaksi ini, kirim ulang yang itu"


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """``was_off``: False, it was on already. ``sent_again``: dead callbacks that are due now."""

    was_off: bool
    sent_again: int


async def redeliver(
    desk: OutboxDesk, message_id: int, *, user_id: int | None = None, deed: Deed | None = None
) -> None:
    """Make a callback due now, with all its tries before it, whether it was delivered, is dead, or
    waits; one that is being sent this moment is left to itself. ``user_id``: who asks, None for an
    operator. ``deed``: noted with it. Raises DeliveryNotFound, Overtaken."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        waiting = await tx.row(LOCK_WAITING, {"id": message_id, "now": now})
        row = await tx.row(FIND_MESSAGE, {"id": message_id})
        if row is None or user_id not in (None, row[1]):
            raise DeliveryNotFound
        created_at, _, has_later = row
        if has_later:
            raise Overtaken
        under_way = waiting is not None and bool(waiting[0])
        if not under_way:
            await tx.run(SEND_AGAIN, {"id": message_id, "created_at": created_at, "at": now})
        await note_if(tx, deed, at=now)
    desk.wake.hint()
    log.info("outbox.redelivered", message=message_id)


async def enable(
    desk: OutboxDesk,
    member_id: str,
    *,
    by: str,
    since: datetime | None = None,
    deed: Deed | None = None,
) -> SwitchedOn:
    """Call a member again whose callbacks were switched off. ``since``: also send what died from
    then on, of each order its last word. ``deed``: noted with it. A repeat does nothing more.
    Raises NoSuchMember."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        member = await member_by_id(tx, desk.people, member_id)
        was_off = await resume_callbacks(tx, member.user_id)
        await forgive(tx, [member.user_id])
        await tasks.close_many(tx, [subject_of(member.user_id)], at=now, by=by, kind=KIND)
        facts = {"user_id": member.user_id, "since": since, "at": now}
        sent_again = await tx.run(SEND_DEAD_ONES, facts) if since is not None else 0
        await note_if(tx, deed, at=now)
    desk.wake.hint()
    log.info("outbox.enabled", member=member_id, by=by, sent_again=sent_again)
    return SwitchedOn(was_off, sent_again)
