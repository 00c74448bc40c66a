"""Telling staff what they must look at: each of them in the shop, and the shop's own channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from konter.db.pool import Tx
from konter.hooks.notice_events import EVENTS, Event
from konter.hooks.notice_words import Blank, filled
from konter.hooks.tell import Dispatch, Told, add_dispatches, tell_many, ways_and_words
from konter.people.reach import staff_ids

EVENT_OF: Final[Mapping[str, str]] = {
    "low_deposit": "staff_low_deposit",
    "stuck": "staff_stuck",
    "dispute": "staff_dispute",
    "breaker_open": "staff_breaker",
    "reconciliation": "staff_reconcile",
    "supplier_reconciliation": "staff_reconcile",
}
"""By a task's kind; all others are told of as ``staff_task``."""

STAFF_CHANNEL: Final = "staff:"
MOST_LINES: Final = 10
"""A bad hour opens hundreds of tasks in one commit: one message then, that names the first."""

Opened = tuple[int, str, str]
"""A task's number, kind and detail."""


async def tell_staff(tx: Tx, opened: Sequence[Opened], *, at: datetime) -> None:
    """Tell of tasks that were just opened, those of one kind together."""
    if not opened:
        return
    kinds: dict[str, list[Opened]] = defaultdict(list)
    for task in opened:
        kinds[task[1]].append(task)
    said = [(EVENTS[EVENT_OF.get(kind, "staff_task")], group) for kind, group in kinds.items()]
    staff = await staff_ids(tx)
    await tell_many(
        tx,
        [
            Told(
                event=event.code,
                user_id=user_id,
                about=_about(group),
                blanks=_blanks(group),
                at=at,
                data={"kind": group[0][1]},
            )
            for event, group in said
            for user_id in staff
        ],
    )
    await _tell_channels(tx, said, at)


async def _tell_channels(
    tx: Tx, said: Sequence[tuple[Event, Sequence[Opened]]], at: datetime
) -> None:
    ways = await ways_and_words(tx, {event.code for event, _ in said})
    await add_dispatches(
        tx,
        [
            Dispatch(
                channel,
                "",
                event,
                _about(group),
                filled(ways.words_of(event, lang), _blanks(group), lang),
                at,
            )
            for event, group in said
            for channel, lang in ways.channels.items()
            if channel.startswith(STAFF_CHANNEL)
        ],
    )


def _about(group: Sequence[Opened]) -> str:
    return f"task:{group[0][0]}"


def _blanks(group: Sequence[Opened]) -> dict[str, Blank]:
    lines = [detail for _, _, detail in group[:MOST_LINES]]
    if more := len(group) - MOST_LINES:
        lines += [f"+{more}"] if more > 0 else []
    return {"detail": "\n".join(lines), "kind": group[0][1], "count": str(len(group))}
