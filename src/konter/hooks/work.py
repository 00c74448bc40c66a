"""This room's work lists: callbacks to resellers, and messages to people, by channel."""

from __future__ import annotations

from functools import partial

from konter.db.batch import Batcher
from konter.hooks.collect import Parcel, collect
from konter.hooks.deliver import Result, deliver, note_many
from konter.hooks.dispatch import Leased, dispatch
from konter.hooks.dispatch import collect as collect_dispatches
from konter.hooks.notices_desk import NoticesDesk, note_channels
from konter.hooks.outbox_desk import OutboxDesk
from konter.jobs.run import Wake, WorkList

IN_FLIGHT = 200
"""Calls at once in one worker; each member has but a few of them."""
NOTE_MOST = 100
MESSAGES_IN_FLIGHT = 4
"""Messages at once by one channel: mail servers and gateways like no crowds."""


def noter_of(desk: OutboxDesk) -> Batcher[Result, None]:
    """Writes down what came of calls, as many at once as end together."""
    return Batcher(partial(note_many, desk), most=NOTE_MOST)


def deliveries(desk: OutboxDesk, *, wake: Wake) -> WorkList[Parcel]:
    """Callbacks that are due."""
    return WorkList(
        "deliveries",
        partial(collect, desk),
        partial(deliver, desk, noter_of(desk)),
        in_flight=IN_FLIGHT,
        wake=wake,
    )


async def open_channels(desk: NoticesDesk) -> None:
    """Once, before the lists of ``messages`` are worked."""
    await note_channels(desk)


def messages(desk: NoticesDesk) -> list[WorkList[Leased]]:
    """Messages that are due, a list for each channel: a dead one holds up only its own."""
    return [
        WorkList(
            f"messages:{channel}",
            partial(collect_dispatches, desk, channel),
            partial(dispatch, desk),
            in_flight=MESSAGES_IN_FLIGHT,
            wake=Wake(),
        )
        for channel in desk.messenger.channels
    ]
