"""Telling people what became of their orders and money, within the commit that brings it about.

In the shop always, once; and by each channel that is configured and that they want, as a message
that is due by itself (see ``dispatch``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from konter.db.pool import Tx
from konter.hooks import notices
from konter.hooks.notice_events import EVENTS, Event, Words
from konter.hooks.notice_words import Blank, filled, one_line
from konter.people.reach import Reach, international, reach_of

# What is on, and the shop's own words for these events, in one statement.
WAYS_AND_WORDS = """
SELECT 'channel', name, lang, '', '' FROM hooks.channels WHERE is_on
UNION ALL
SELECT 'words', event, lang, title, message FROM hooks.notice_templates
WHERE event = ANY(%(events)s)
"""

ADD_DISPATCHES = """
INSERT INTO hooks.dispatches (channel, recipient, event, about, type, title, message, state,
    created_at, next_action_at)
SELECT n.channel, n.recipient, n.event, n.about, n.type, n.title, n.message, 'waiting', n.at, n.at
FROM unnest(%(channel)s::text[], %(recipient)s::text[], %(event)s::text[], %(about)s::text[],
    %(type)s::text[], %(title)s::text[], %(message)s::text[], %(at)s::timestamptz[])
    AS n (channel, recipient, event, about, type, title, message, at)
ON CONFLICT (about, channel, recipient) DO NOTHING
"""

NOBODY: Final = 0
"""The user number of guests: they have an address, and no account."""

MAIL: Final = re.compile(r"[^\s,;<>\"]+@[^\s,;<>\"]+\.[^\s,;<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing to tell one person. ``about``: what happened, so that it is told once. ``email``,
    ``phone`` and ``lang``: a guest's; a user's own are known. ``order_id``: whose guest that is."""

    event: str
    user_id: int
    about: str
    blanks: Mapping[str, Blank]
    at: datetime
    data: dict[str, str | None] = field(default_factory=dict)
    order_id: int | None = None
    email: str | None = None
    phone: str | None = None
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class Ways:
    """``channels``: those that are on, with their language. ``words``: the shop's own."""

    channels: Mapping[str, str]
    words: Mapping[tuple[str, str], Words]

    def words_of(self, event: Event, lang: str) -> Words:
        return self.words.get((event.code, lang)) or event.words(lang)


async def tell_many(tx: Tx, told: Sequence[Told]) -> None:
    """Tell all of it, each once however often it is said."""
    if not told:
        return
    events = [_event(one) for one in told]
    ways = await ways_and_words(tx, {event.code for event in events})
    reaches = await reach_of(tx, {one.user_id for one in told if one.user_id != NOBODY})
    kept: list[notices.Notice] = []
    out: list[Dispatch] = []
    for one, event in zip(told, events, strict=True):
        reach = reaches.get(one.user_id) or _guest(one)
        words = filled(ways.words_of(event, reach.lang), one.blanks, reach.lang)
        if one.user_id != NOBODY:
            kept.append(_notice(one, event, words))
        for channel, recipient in _ways(reach):
            if channel in ways.channels and recipient:
                out.append(Dispatch(channel, recipient, event, one.about, words, one.at))
    await notices.add_many(tx, kept)
    await add_dispatches(tx, out)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message that goes out by one channel to one recipient; empty: the channel names it."""

    channel: str
    recipient: str
    event: Event
    about: str
    words: Words
    at: datetime


async def add_dispatches(tx: Tx, out: Sequence[Dispatch]) -> None:
    """Due at once. One that stands already is left as it is."""
    if not out:
        return
    await tx.run(
        ADD_DISPATCHES,
        {
            "channel": [d.channel for d in out],
            "recipient": [d.recipient for d in out],
            "event": [d.event.code for d in out],
            "about": [d.about for d in out],
            "type": [d.event.type for d in out],
            "title": [d.words.title for d in out],
            "message": [d.words.message for d in out],
            "at": [d.at for d in out],
        },
    )


async def ways_and_words(tx: Tx, events: Collection[str]) -> Ways:
    """The channels that are on, and the shop's own words for these events."""
    channels: dict[str, str] = {}
    words: dict[tuple[str, str], Words] = {}
    for kind, name, lang, title, message in await tx.rows(
        WAYS_AND_WORDS, {"events": sorted(events)}
    ):
        if kind == "channel":
            channels[name] = lang
        else:
            words[(name, lang)] = Words(title, message)
    return Ways(channels, words)


def _event(told: Told) -> Event:
    """Guests have no balance, so some things are said to them in other words."""
    guests = EVENTS.get(f"{told.event}_guest") if told.user_id == NOBODY else None
    return guests or EVENTS[told.event]


def _notice(told: Told, event: Event, words: Words) -> notices.Notice:
    return notices.Notice(
        user_id=told.user_id,
        type=event.type,
        title=words.title,
        message=one_line(words.message),
        data=told.data,
        created_at=told.at,
        about=told.about,
    )


def _guest(told: Told) -> Reach:
    """Also a user who is disabled: they are told in the shop alone."""
    phone = international(told.phone) if told.phone else None
    return Reach(told.user_id, told.lang, told.email, phone, None)


def _ways(reach: Reach) -> Sequence[tuple[str, str | None]]:
    email = reach.email if reach.email and MAIL.fullmatch(reach.email) else None
    return (("email", email), ("whatsapp", reach.whatsapp), ("telegram", reach.telegram))
