"""A serial number or an electricity token, as one reads it out and copies it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

TOKEN: Final = re.compile(r"[0-9]{4}([- ]?)(?:[0-9]{4}\1){3}[0-9]{4}")
LONG: Final = re.compile(r"(?=.*[0-9])[0-9A-Za-z]{9,40}")
SHARE: Final = 4


@dataclass(frozen=True, slots=True)
class Serial:
    """``groups``: ``number`` in parts of four, or whole where that would not help. ``about``: what
    the upstream wrote behind a token: whose meter, tariff, power, kWh."""

    number: str
    groups: tuple[str, ...]
    about: tuple[str, ...]
    is_token: bool


def serial_of(text: str) -> Serial:
    """Of what the upstream said. A PLN token is twenty digits, and who it is for follows after
    slashes."""
    first, *rest = (part.strip() for part in text.strip().split("/"))
    if TOKEN.fullmatch(first):
        digits = re.sub(r"[^0-9]", "", first)
        return Serial(digits, _groups(digits), tuple(part for part in rest if part), True)
    whole = text.strip()
    return Serial(whole, _groups(whole) if LONG.fullmatch(whole) else (whole,), (), False)


def _groups(text: str) -> tuple[str, ...]:
    return tuple(text[start : start + SHARE] for start in range(0, len(text), SHARE))
