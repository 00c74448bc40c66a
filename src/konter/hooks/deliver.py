"""One callback goes out, and what came of it is written down, many in one commit.

A process that dies in between has told it or not: the lease ends, and it is told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import structlog

from konter.db.batch import Batcher
from konter.db.pool import Tx
from konter.hooks import tasks
from konter.hooks.collect import Parcel
from konter.hooks.letters import letter
from konter.hooks.outbox_desk import BACK_OFF_S, OutboxDesk
from konter.hooks.receivers import Heard, note_receivers
from konter.kernel.errors import CommitUnknown, KonterError
from konter.kernel.wire_types import WireAnswer

log = structlog.get_logger("konter.hooks")

# Who was told is told, under whatever lease; a failure counts only under its own. The queue first,
# as everyone who changes both.
NOTE_RESULTS = """
WITH n AS (
    SELECT * FROM unnest(%(id)s::bigint[], %(created_at)s::timestamptz[], %(fence)s::bigint[],
        %(state)s::text[], %(tried)s::integer[], %(style)s::text[],
        %(next_action_at)s::timestamptz[], %(status)s::integer[], %(problem)s::text[])
        AS n (id, created_at, fence, state, tried, style, next_action_at, status, problem)
), ended AS (
    DELETE FROM hooks.outbox_queue q USING n
    WHERE q.id = n.id AND n.state <> 'waiting' AND (q.fence = n.fence OR n.state = 'delivered')
    RETURNING q.id
), again AS (
    UPDATE hooks.outbox_queue q SET next_action_at = n.next_action_at, lease_until = NULL
    FROM n WHERE q.id = n.id AND n.state = 'waiting' AND q.fence = n.fence
    RETURNING q.id
), noted AS (
    SELECT id FROM ended UNION ALL SELECT id FROM again
)
UPDATE hooks.outbox o SET state = n.state, tries = o.tries + n.tried, style = n.style,
    last_status = n.status, last_problem = n.problem,
    delivered_at = CASE WHEN n.state = 'delivered' THEN %(at)s ELSE o.delivered_at END
FROM n JOIN noted ON noted.id = n.id WHERE o.id = n.id AND o.created_at = n.created_at
"""

OUR_FAULT = timedelta(minutes=10)
"""When to look again at what we could not sign: no try of the receiver's is used."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one call. ``status``: the receiver's, None if it said nothing. ``is_ours``: it
    was never sent, for a fault of ours."""

    parcel: Parcel
    status: int | None
    problem: str | None
    is_ours: bool = False

    @property
    def is_good(self) -> bool:
        return self.problem is None


async def deliver(desk: OutboxDesk, noter: Batcher[Result, None], parcel: Parcel) -> None:
    """Send one and note it. Any answer of 200 to 299 means received."""
    await noter.submit(await _send(desk, parcel))


async def note_many(desk: OutboxDesk, results: Sequence[Result]) -> list[Exception | None]:
    """Write down what came of these calls in one commit; on an error each by itself. What could not
    be written, or only perhaps, is told once more at the end of its lease."""
    try:
        await _note_all(desk, results)
        return [None] * len(results)
    except (psycopg.Error, KonterError) as error:
        if len(results) == 1 or isinstance(error, CommitUnknown):
            return [error] * len(results)
    singly: list[Exception | None] = []
    for result in results:
        singly += await note_many(desk, [result])
    return singly


async def _send(desk: OutboxDesk, parcel: Parcel) -> Result:
    try:
        request = letter(parcel, at=desk.clock.now(), timeout_s=desk.timeout_s)
    except KonterError as error:
        log.error("outbox.cannot_sign", message=parcel.message.id, problem=str(error))
        return Result(parcel, None, "we could not sign it", is_ours=True)
    said = await desk.courier.send(request)
    if not isinstance(said, WireAnswer):
        return Result(parcel, None, said.detail)
    problem = None if 200 <= said.status < 300 else f"answered {said.status}"
    return Result(parcel, said.status, problem)


async def _note_all(desk: OutboxDesk, results: Sequence[Result]) -> None:
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        await _note(tx, results, now)
        hopeless = await note_receivers(desk, tx, _heard(results), at=now)
        opened = await tasks.open_many(tx, hopeless)
    for kind, subject, detail in opened:
        log.warning("alert." + kind, subject=subject, detail=detail)
    desk.wake.hint()


async def _note(tx: Tx, results: Sequence[Result], now: datetime) -> None:
    waits = [_wait(result) for result in results]
    messages = [result.parcel.message for result in results]
    facts = {
        "id": [m.id for m in messages],
        "created_at": [m.created_at for m in messages],
        "fence": [m.fence for m in messages],
        "state": [_state(r, w) for r, w in zip(results, waits, strict=True)],
        "tried": [int(not r.is_ours) for r in results],
        "style": [r.parcel.callback.style.value for r in results],
        "next_action_at": [now + w if w is not None else None for w in waits],
        "status": [r.status for r in results],
        "problem": [r.problem for r in results],
        "at": now,
    }
    await tx.run(NOTE_RESULTS, facts)


def _heard(results: Sequence[Result]) -> list[Heard]:
    """Of those that were sent."""
    members = [(result.parcel.member, result.is_good) for result in results if not result.is_ours]
    return [Heard(member.user_id, member.member_id, is_good) for member, is_good in members]


def _wait(result: Result) -> timedelta | None:
    """Until the next try; None: there is none."""
    tried = result.parcel.message.tries
    if result.is_ours:
        return OUR_FAULT
    if result.is_good or tried >= len(BACK_OFF_S):
        return None
    return timedelta(seconds=BACK_OFF_S[tried])


def _state(result: Result, wait: timedelta | None) -> str:
    if result.is_good:
        return "delivered"
    return "dead" if wait is None else "waiting"
