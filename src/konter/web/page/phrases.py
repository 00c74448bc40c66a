"""Texts with blanks, found again in what was said at run time, so that it can be said otherwise.

A blank ``%(1)s`` is a fact: an amount, a name, a stranger's own words; it is passed on as it is. A
blank ``%(t1)s`` is a text of ours, said otherwise too. Pure, and linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

BLANK: Final = re.compile(r"%\((t?\d+)\)s")
LONGEST: Final = 1000
"""A longer text was not made from these."""

DEEPEST: Final = 3


def phrasebook(pairs: Mapping[str, str]) -> Callable[[str], str]:
    """From each text to its other form, blanks filled; an unknown text stays as it is.

    What fills a blank for a fact is never looked up, nor read as a blank itself.
    """
    with_blanks = [(_Phrase(text), said) for text, said in pairs.items() if BLANK.search(text)]
    with_blanks.sort(key=lambda pair: pair[0].weight, reverse=True)

    def find(text: str, depth: int) -> str | None:
        if (exact := pairs.get(text)) is not None:
            return exact
        if depth >= DEEPEST or len(text) > LONGEST:
            return None
        for phrase, said in with_blanks:
            if (facts := phrase.facts_in(text)) is not None and fill(facts, depth):
                return BLANK.sub(lambda blank, facts=facts: facts[blank[1]], said)  # type: ignore[misc]
        return None

    def fill(facts: dict[str, str], depth: int) -> bool:
        """Texts of ours in their other form; False: one is none of ours."""
        for name, text in facts.items():
            if name.startswith("t"):
                if (said := find(text, depth + 1)) is None:
                    return False
                facts[name] = said
        return True

    def say(text: str) -> str:
        said = find(text, 0) if text else None
        return text if said is None else said

    return say


class _Phrase:
    """One text, taken apart at its blanks."""

    def __init__(self, text: str) -> None:
        parts = BLANK.split(text)
        self._names = parts[1::2]
        self._first, *self._between, self._last = parts[::2]
        self.weight = sum(map(len, parts[::2]))

    def facts_in(self, text: str) -> dict[str, str] | None:
        """What stands in the blanks, none of them empty; None: this text is another one."""
        start, end = len(self._first), len(text) - len(self._last)
        if start >= end or not text.startswith(self._first) or not text.endswith(self._last):
            return None
        found: list[str] = []
        for part in self._between:
            at = text.find(part, start + 1, end)
            if at < 0:
                return None
            found.append(text[start:at])
            start = at + len(part)
        return (
            dict(zip(self._names, [*found, text[start:end]], strict=True)) if start < end else None
        )
