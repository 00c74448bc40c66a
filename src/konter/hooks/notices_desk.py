"""What sending notices needs, handed in by the composition root; and which channels there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from konter.db.pool import Database
from konter.kernel.clock import Clock

BACK_OFF_S: Final = (10.0, 30.0, 120.0, 600.0, 1_800.0, 3_600.0)
"""Seconds from one failed try to the next; then hourly, until it is given up."""

SET_CHANNELS = """
INSERT INTO hooks.channels AS c (name, lang, is_on)
SELECT name, lang, true FROM unnest(%(name)s::text[], %(lang)s::text[]) AS n (name, lang)
ON CONFLICT (name) DO UPDATE SET lang = excluded.lang, is_on = true
WHERE NOT c.is_on OR c.lang <> excluded.lang
"""

SWITCH_OFF = "UPDATE hooks.channels SET is_on = false WHERE is_on AND name <> ALL(%(name)s)"


class Messages(Protocol):
    """The messenger, as far as this room uses it."""

    @property
    def channels(self) -> Sequence[str]: ...

    async def send(
        self, channel: str, *, to: str, title: str, message: str, kind: str
    ) -> str | None: ...


@dataclass(frozen=True, slots=True)
class NoticesDesk:
    """``langs``: by channel, of those whose recipients have no language of their own. ``lease``:
    longer than a message can take. ``back_off_s``: seconds between tries, the last for all that
    follow."""

    db: Database
    clock: Clock
    messenger: Messages
    langs: Mapping[str, str]
    lease: timedelta = timedelta(seconds=60)
    give_up_after: timedelta = timedelta(days=1)
    keep_for: timedelta = timedelta(days=30)
    back_off_s: Sequence[float] = BACK_OFF_S


async def note_channels(desk: NoticesDesk) -> None:
    """Let everyone who writes messages know which channels there are now. A repeat writes
    nothing."""
    names = list(desk.messenger.channels)
    facts = {"name": names, "lang": [desk.langs.get(name, "id") for name in names]}
    async with desk.db.transaction() as tx:
        await tx.run(SET_CHANNELS, facts)
        await tx.run(SWITCH_OFF, {"name": names})
