"""What pages say: Bahasa Indonesia in the code and the templates, English from ``locales/en``.

The Indonesian text is its own key. Each area of the site has a file of its own there; a law
compares them with what the code says, so that no text is missing and none is left over. What rooms
below say at run time is found again by ``phrases``; templates show it with ``| told``, and never
with ``_()``, which takes a text for markup and its ``%`` for blanks. Settings are the other way
round: they describe themselves to terminals, in English, and ``locales/id`` has their Indonesian.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import Final, Literal, cast, get_args

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from konter.web.page.phrases import phrasebook

Lang = Literal["id", "en"]

LANGS: Final[tuple[Lang, ...]] = get_args(Lang)

Say = Callable[[str], str]
"""A text of ours in the visitor's language, also one with facts filled in at run time, as faults
are. One that we do not know stays as it is. Plain text: whoever shows it escapes it."""


def lang_of(text: str | None) -> Lang:
    """Bahasa Indonesia, unless English was asked for."""
    return "en" if text == "en" else "id"


@cache
def say_in(lang: Lang) -> Say:
    return str if lang == "id" else phrasebook(dict(_singles(lang)))


@cache
def settings_said_in(lang: Lang) -> Say:
    """What settings say of themselves: English in the code, for terminals, and Bahasa Indonesia
    from ``locales/id``."""
    return phrasebook(dict(_singles(lang))) if lang == "id" else str


@cache
def translations(lang: Lang) -> NullTranslations:
    """All areas' texts; for Bahasa Indonesia there is nothing to translate."""
    if lang == "id":
        return NullTranslations()
    whole = Catalog(locale="en")
    for message in _messages(lang):
        whole.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return cast(NullTranslations, Translations(compiled))


def _singles(lang: Lang) -> Iterator[tuple[str, str]]:
    """Without those that have a plural: nobody says them at run time."""
    for message in _messages(lang):
        if isinstance(message.id, str) and isinstance(message.string, str):
            yield message.id, message.string


def _messages(lang: Lang) -> Iterator[Message]:
    """All texts of a folder that have their other language."""
    for area in files("konter.web").joinpath("locales", lang).iterdir():
        if area.name.endswith(".po"):
            for message in read_po(io.BytesIO(area.read_bytes()), locale="en"):
                if message.id and message.string:
                    yield message
