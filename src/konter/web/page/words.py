"""What pages say: Bahasa Indonesia in the code and the templates, English from ``locales/en``.

The Indonesian text is its own key. Each area of the site has a file of its own there; a law
compares them with what the code says, so that no text is missing and none is left over.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import Final, Literal, cast, get_args

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

Lang = Literal["id", "en"]

LANGS: Final[tuple[Lang, ...]] = get_args(Lang)

Say = Callable[[str], str]
"""A text of ours in the visitor's language. One that we do not know stays as it is."""


def lang_of(text: str | None) -> Lang:
    """Bahasa Indonesia, unless English was asked for."""
    return "en" if text == "en" else "id"


def say_in(lang: Lang) -> Say:
    return translations(lang).gettext


@cache
def translations(lang: Lang) -> NullTranslations:
    """All areas' texts; for Bahasa Indonesia there is nothing to translate."""
    if lang == "id":
        return NullTranslations()
    whole = Catalog(locale="en")
    for area in files("konter.web").joinpath("locales", lang).iterdir():
        if area.name.endswith(".po"):
            for message in read_po(io.BytesIO(area.read_bytes()), locale="en"):
                if message.id and message.string:
                    whole.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return cast(NullTranslations, Translations(compiled))
