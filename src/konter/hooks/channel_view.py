"""How the channels of notices are doing, and one message to try one by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.hooks.notices_desk import NoticesDesk
from konter.kernel.errors import NotFound

FARED = """
SELECT channel, count(*) FILTER (WHERE state = 'waiting') AS waiting,
    count(*) FILTER (WHERE state = 'sent') AS sent,
    count(*) FILTER (WHERE state = 'given_up') AS given_up,
    min(created_at) FILTER (WHERE state = 'waiting') AS since,
    max(last_problem) FILTER (WHERE state <> 'sent') AS problem
FROM hooks.dispatches GROUP BY channel
"""


class NoSuchChannel(NotFound):
    """No setting names an address for this channel."""

    code = "channel_not_set"
    message = "Saluran pesan ini belum dipasang"


@dataclass(frozen=True, slots=True)
class Fared:
    """One channel's messages of the last 30 days. ``since``: of the oldest that waits."""

    channel: str
    waiting: int = 0
    sent: int = 0
    given_up: int = 0
    since: datetime | None = None
    problem: str | None = None


async def channels_fared(desk: NoticesDesk) -> Sequence[Fared]:
    """Of every channel that is set, or has messages."""
    async with desk.db.read() as tx:
        found = {fared.channel: fared for fared in await tx.records(Fared, FARED)}
    silent = {name: Fared(name) for name in desk.messenger.channels}
    return sorted((silent | found).values(), key=lambda fared: fared.channel)


async def try_channel(
    desk: NoticesDesk, channel: str, *, to: str, title: str, message: str
) -> str | None:
    """Send one message now, past the queue; None: it was taken, else why not. Raises
    NoSuchChannel."""
    if channel not in desk.messenger.channels:
        raise NoSuchChannel(channel=channel)
    return await desk.messenger.send(channel, to=to, title=title, message=message, kind="info")
