"""Where a list went on: a moment and a number, as an address carries them."""

from __future__ import annotations

from datetime import UTC, date, datetime


def place(moment: datetime, number: int) -> str:
    """Of the last line of a page, for the address of the next."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{number}"


def place_of(text: str) -> tuple[datetime, int] | None:
    """Back again; None for what is none."""
    moment, _, number = text.partition("-")
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """``2026-11-22``, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
