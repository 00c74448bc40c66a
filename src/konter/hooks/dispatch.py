"""One message goes out by its channel, and what came of it is written down.

A process that dies in between has sent it or not: the lease ends, and it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from konter.hooks import tasks
from konter.hooks.notices_desk import NoticesDesk

log = structlog.get_logger("konter.hooks")

CLAIM = """
WITH due AS (
    SELECT id FROM hooks.dispatches WHERE channel = %(channel)s AND next_action_at <= %(now)s
    ORDER BY next_action_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE hooks.dispatches d SET lease_until = %(lease_until)s, next_action_at = %(lease_until)s,
    fence = d.fence + 1
FROM due WHERE d.id = due.id
RETURNING d.id, d.channel, d.recipient, d.event, d.type, d.title, d.message, d.tries, d.created_at,
    d.fence
"""

# Under whatever lease: what was taken was taken.
NOTE_SENT = """
UPDATE hooks.dispatches SET state = 'sent', sent_at = %(at)s, tries = tries + 1,
    next_action_at = NULL, lease_until = NULL, last_problem = NULL
WHERE id = %(id)s AND state <> 'sent'
"""

NOTE_FAILED = """
UPDATE hooks.dispatches SET tries = tries + 1, last_problem = %(problem)s, lease_until = NULL,
    next_action_at = %(next_action_at)s,
    state = CASE WHEN %(next_action_at)s::timestamptz IS NULL THEN 'given_up' ELSE state END
WHERE id = %(id)s AND fence = %(fence)s AND state = 'waiting'
"""

FORGET = "DELETE FROM hooks.dispatches WHERE created_at < %(before)s"

UNDELIVERED = "notices_undelivered"


@dataclass(frozen=True, slots=True)
class Leased:
    """One message, leased. ``tries``: those that came to an end."""

    id: int
    channel: str
    recipient: str
    event: str
    type: str
    title: str
    message: str
    tries: int
    created_at: datetime
    fence: int


async def collect(desk: NoticesDesk, channel: str, most: int) -> list[Leased]:
    """Lease at most ``most`` messages of one channel that are due."""
    now = desk.clock.now()
    facts = {"channel": channel, "now": now, "lease_until": now + desk.lease, "most": most}
    async with desk.db.at_once() as tx:
        return await tx.records(Leased, CLAIM, facts)


async def dispatch(desk: NoticesDesk, leased: Leased) -> None:
    """Send one and note it, no transaction being open while it is sent."""
    title, message = leased.title, leased.message
    if leased.channel == "whatsapp":  # has no titles
        title, message = "", f"*{title}*\n{message}"
    problem = await desk.messenger.send(
        leased.channel, to=leased.recipient, title=title, message=message, kind=leased.type
    )
    await _note(desk, leased, problem)


async def _note(desk: NoticesDesk, leased: Leased, problem: str | None) -> None:
    now, subject = desk.clock.now(), f"channel:{leased.channel}"
    async with desk.db.transaction() as tx:
        if problem is None:
            await tx.run(NOTE_SENT, {"id": leased.id, "at": now})
            await tasks.close_many(tx, [subject], at=now, by="sent", kind=UNDELIVERED)
            return
        due = _due_again(desk, leased, now)
        facts = {
            "id": leased.id,
            "fence": leased.fence,
            "problem": problem,
            "next_action_at": due,
        }
        noted = await tx.run(NOTE_FAILED, facts)
        if noted and due is None:
            detail = f"{leased.channel}: a message was given up after a day: {problem}"
            await tasks.open_many(tx, [tasks.Task(UNDELIVERED, subject, detail, now)])
    log.warning(
        "notice.not_sent", channel=leased.channel, dispatch=leased.id, problem=problem, again=due
    )


def _due_again(desk: NoticesDesk, leased: Leased, now: datetime) -> datetime | None:
    """None: it is given up."""
    if now - leased.created_at >= desk.give_up_after:
        return None
    step = min(leased.tries, len(desk.back_off_s) - 1)
    return now + timedelta(seconds=desk.back_off_s[step])


async def forget_old(desk: NoticesDesk) -> str:
    """Messages are personal: none is kept for longer than ``keep_for``. Run by the timetable."""
    before = desk.clock.now() - desk.keep_for
    async with desk.db.transaction() as tx:
        gone = await tx.run(FORGET, {"before": before})
    return f"{gone} old messages forgotten"
