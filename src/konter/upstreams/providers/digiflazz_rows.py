"""The fields of a row in Digiflazz's price lists, prepaid and postpaid: read, or named."""

from __future__ import annotations

from typing import Any

from konter.kernel.errors import UnreadableAmount
from konter.kernel.money import MAX_RUPIAH, rupiah_from_wire


class Unreadable(Exception):
    """A row that cannot be sold from; says which field."""


def text(value: Any) -> str:
    """Text without NUL, which no database takes; anything that is not text counts as none."""
    if type(value) is not str:
        return ""
    return value.strip() if "\x00" not in value else value.replace("\x00", "").strip()


def whole(value: Any, field: str) -> int:
    if type(value) is int and abs(value) <= MAX_RUPIAH:
        return value
    try:
        return rupiah_from_wire(value).amount
    except UnreadableAmount as error:
        raise Unreadable(field) from error


def flag(value: Any, field: str) -> bool:
    """A wrong guess would sell what is closed, so anything but true or false is unreadable."""
    if type(value) is bool:
        return value
    raise Unreadable(field)
