"""The shop's own words for what it tells people: written, seen and given up by an admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.hooks.notice_events import EVENTS, LANGS, Event, Words
from konter.hooks.notice_words import checked, filled
from konter.kernel.errors import NotFound
from konter.people.audit import Deed, note
from konter.people.desk import PeopleDesk
from konter.people.permits import Person

OWN_WORDS = "SELECT event, lang, title, message, changed_at FROM hooks.notice_templates"

WRITE = """
INSERT INTO hooks.notice_templates (event, lang, title, message, changed_at)
VALUES (%(event)s, %(lang)s, %(title)s, %(message)s, %(at)s)
ON CONFLICT (event, lang) DO UPDATE SET title = excluded.title, message = excluded.message,
    changed_at = excluded.changed_at
"""

RESET = "DELETE FROM hooks.notice_templates WHERE event = %(event)s AND lang = %(lang)s"


class NoSuchNotice(NotFound):
    """There is no notice of this name, or none in this language."""

    code = "notice_not_found"
    message = "Pemberitahuan tidak ditemukan"


@dataclass(frozen=True, slots=True)
class Template:
    """``changed_at`` None: our words, that nobody has changed."""

    event: Event
    lang: str
    words: Words
    changed_at: datetime | None


async def templates(tx: Tx) -> Sequence[Template]:
    """Of every event, in both languages."""
    own = {(row[0], row[1]): row[2:] for row in await tx.rows(OWN_WORDS)}
    found = []
    for event in EVENTS.values():
        for lang in LANGS:
            words, changed_at = event.words(lang), None
            if row := own.get((event.code, lang)):
                words, changed_at = Words(row[0], row[1]), row[2]
            found.append(Template(event, lang, words, changed_at))
    return found


async def template_of(tx: Tx, code: str, lang: str) -> Template:
    """Raises NoSuchNotice."""
    for template in await templates(tx):
        if (template.event.code, template.lang) == (code, lang):
            return template
    raise NoSuchNotice


def preview(code: str, lang: str, *, title: str, message: str) -> Words:
    """What would be told, with the event's example. Raises NoSuchNotice, Invalid (with the
    fields)."""
    event = _known(code, lang)
    return filled(checked(event, title, message), event.blanks, lang)


async def write_template(
    desk: PeopleDesk, code: str, lang: str, *, title: str, message: str, by: Person
) -> None:
    """From now on this is told. Raises NoSuchNotice, Invalid. A repeat is noted again."""
    words = checked(_known(code, lang), title, message)
    now = desk.clock.now()
    facts = {"event": code, "lang": lang, "title": words.title, "message": words.message, "at": now}
    deed = _deed(by, "notice.write", code=code, lang=lang, words=words)
    async with desk.db.transaction() as tx:
        await tx.run(WRITE, facts)
        await note(tx, deed, at=now)


async def reset_template(desk: PeopleDesk, code: str, lang: str, *, by: Person) -> None:
    """Our words again. Raises NoSuchNotice. A repeat does nothing."""
    deed = _deed(by, "notice.reset", code=code, lang=lang, words=_known(code, lang).words(lang))
    async with desk.db.transaction() as tx:
        if await tx.run(RESET, {"event": code, "lang": lang}):
            await note(tx, deed, at=desk.clock.now())


def _known(code: str, lang: str) -> Event:
    event = EVENTS.get(code)
    if event is None or lang not in LANGS:
        raise NoSuchNotice
    return event


def _deed(by: Person, act: str, *, code: str, lang: str, words: Words) -> Deed:
    return Deed(
        actor_id=by.id,
        actor=by.email,
        act=act,
        subject=f"notice:{code}",
        detail={"lang": lang, "title": words.title, "message": words.message},
    )
