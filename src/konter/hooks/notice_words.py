"""Words with blanks become a message; unknown blanks are refused when the words are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from konter.hooks.notice_events import Event, Words
from konter.kernel.errors import Invalid

BLANK: Final = re.compile(r"\{([a-z_]*)\}")
LONGEST_TITLE: Final = 120
LONGEST_MESSAGE: Final = 1500


@dataclass(frozen=True, slots=True)
class Both:
    """What a blank says in either language."""

    indonesian: str
    english: str

    def __str__(self) -> str:
        return self.indonesian


Blank = str | Both | None


def filled(words: Words, blanks: Mapping[str, Blank], lang: str) -> Words:
    """The message. A line with an empty blank is left out; a title is one line."""
    said = {name: _in(value, lang) for name, value in blanks.items()}
    lines = [
        BLANK.sub(lambda found: said[found[1]], line)
        for line in words.message.splitlines()
        if all(said.get(name) for name in BLANK.findall(line))
    ]
    title = BLANK.sub(lambda found: said.get(found[1], ""), words.title)
    return Words(" ".join(title.split()), "\n".join(lines).replace("..\n", ".\n"))


def checked(event: Event, title: str, message: str) -> Words:
    """Words for this event as somebody wrote them. Raises Invalid."""
    title, message = title.strip(), "\n".join(message.strip().splitlines())
    errors = {
        field: faults
        for field, text, most in (
            ("title", title, LONGEST_TITLE),
            ("message", message, LONGEST_MESSAGE),
        )
        if (faults := list(_faults(event, text, most)))
    }
    if "\n" in title:
        errors["title"] = ["Judul harus satu baris"]
    if errors:
        raise Invalid(errors)
    return Words(title, message)


def _faults(event: Event, text: str, most: int) -> list[str]:
    if not text:
        return ["Wajib diisi"]
    if len(text) > most:
        return [f"Paling panjang {most} karakter"]
    unknown = sorted(set(BLANK.findall(text)) - event.blanks.keys())
    known = ", ".join(f"{{{name}}}" for name in event.blanks)
    return [f"{{{name}}} tidak dikenal di sini; yang ada: {known}" for name in unknown]


def _in(value: Blank, lang: str) -> str:
    if isinstance(value, Both):
        return value.english if lang == "en" else value.indonesian
    return value or ""


def one_line(message: str) -> str:
    """A message without lines of its own, as the shop and machines are given it; each line that
    ends without a stop gets one."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    ended = [
        line if line.endswith((".", "!", "?", ":", ",")) else f"{line}." for line in lines[:-1]
    ]
    return " ".join([*ended, *lines[-1:]])
