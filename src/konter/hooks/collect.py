"""What is due to be told, leased to this worker: fairly, and one order's messages one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.hooks.outbox_desk import OutboxDesk
from konter.people.members import Callback, Member, members_of

# The members that wait are found by stepping through the index, and of each only the first few rows
# are read, so a long queue costs no more than a short one.
#
# A member's calls at once are few: one whose server is slow fills no more than its own places, and
# those whose server fails come after all others. The oldest first, within a member and between
# them. A message waits while an earlier one of its order does.
CLAIM_MESSAGES = """
WITH RECURSIVE askers AS (
    (SELECT q.user_id FROM hooks.outbox_queue q ORDER BY q.user_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.user_id FROM hooks.outbox_queue q WHERE q.user_id > a.user_id
            ORDER BY q.user_id LIMIT 1)
    FROM askers a WHERE a.user_id IS NOT NULL
), due AS (
    SELECT d.id FROM askers a
    LEFT JOIN hooks.receivers r ON r.user_id = a.user_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS calls FROM hooks.outbox_queue b
        WHERE b.user_id = a.user_id AND b.lease_until > %(now)s) AS busy
    CROSS JOIN LATERAL (
        SELECT q.id, q.next_action_at FROM hooks.outbox_queue q
        WHERE q.user_id = a.user_id AND q.next_action_at <= %(now)s AND NOT EXISTS (
            SELECT FROM hooks.outbox_queue e WHERE e.order_id = q.order_id AND e.seq < q.seq)
        ORDER BY q.next_action_at, q.id
        LIMIT greatest(0, CASE WHEN r.failed_in_row > 0 THEN 1 ELSE %(per_member)s END - busy.calls)
        FOR UPDATE SKIP LOCKED) AS d
    ORDER BY coalesce(r.failed_in_row, 0) > 0, d.next_action_at, d.id LIMIT %(most)s
), leased AS (
    UPDATE hooks.outbox_queue q SET lease_until = %(lease_until)s,
        next_action_at = %(lease_until)s, fence = q.fence + 1
    FROM due WHERE q.id = due.id
    RETURNING q.id, q.created_at, q.fence
)
SELECT o.id, o.created_at, o.user_id, o.event, o.ref_id, o.status, o.order_id, o.price,
    o.body::text AS body, o.line, o.tries, l.fence
FROM leased l JOIN hooks.outbox o ON o.id = l.id AND o.created_at = l.created_at
"""

LAY_DOWN = """
WITH n AS (
    SELECT * FROM unnest(%(id)s::bigint[], %(created_at)s::timestamptz[], %(fence)s::bigint[],
        %(problem)s::text[]) AS n (id, created_at, fence, problem)
), gone AS (
    DELETE FROM hooks.outbox_queue q USING n WHERE q.id = n.id AND q.fence = n.fence RETURNING q.id
)
UPDATE hooks.outbox o SET state = 'dead', last_problem = n.problem
FROM n JOIN gone ON gone.id = n.id WHERE o.id = n.id AND o.created_at = n.created_at
"""

NO_ADDRESS = "the member has no callback address"
SWITCHED_OFF = "the member's callbacks are switched off"


@dataclass(frozen=True, slots=True)
class Message:
    """One message, leased. ``body``: JSON text. ``tries``: those that came to an end."""

    id: int
    created_at: datetime
    user_id: int
    event: str
    ref_id: str
    status: str
    order_id: int
    price: int
    body: str
    line: str
    tries: int
    fence: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message, whom it is for, and where that is now."""

    message: Message
    member: Member
    callback: Callback


async def collect(desk: OutboxDesk, most: int) -> list[Parcel]:
    """Lease at most ``most`` messages that are due. One for a member without an address, or whose
    callbacks are off, is dead instead; it can be sent again by hand."""
    now = desk.clock.now()
    facts = {
        "now": now,
        "lease_until": now + desk.lease,
        "most": most,
        "per_member": desk.per_member,
    }
    async with desk.db.at_once() as tx:
        messages = await tx.records(Message, CLAIM_MESSAGES, facts)
    if not messages:
        return []
    async with desk.db.read() as tx:
        members = await members_of(tx, desk.people, {m.user_id for m in messages})
    parcels, dead = _sorted(messages, members)
    await _lay_down(desk, dead)
    return parcels


def _sorted(
    messages: Sequence[Message], members: dict[int, Member]
) -> tuple[list[Parcel], list[tuple[Message, str]]]:
    """What can be sent, and what cannot with the reason."""
    parcels: list[Parcel] = []
    dead: list[tuple[Message, str]] = []
    for message in messages:
        member = members.get(message.user_id)
        callback = member.callback if member else None
        if member is None or callback is None:
            dead.append((message, NO_ADDRESS))
        elif callback.disabled_at is not None:
            dead.append((message, SWITCHED_OFF))
        else:
            parcels.append(Parcel(message, member, callback))
    return parcels, dead


async def _lay_down(desk: OutboxDesk, dead: Sequence[tuple[Message, str]]) -> None:
    """Unless somebody else leased them meanwhile. Where this is lost, their leases end and they
    are looked at again."""
    if dead:
        facts = {
            "id": [message.id for message, _ in dead],
            "created_at": [message.created_at for message, _ in dead],
            "fence": [message.fence for message, _ in dead],
            "problem": [problem for _, problem in dead],
        }
        async with desk.db.at_once() as tx:
            await tx.run(LAY_DOWN, facts)
