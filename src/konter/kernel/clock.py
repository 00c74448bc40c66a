"""Time is handed in, aware, and says which time it is. Stored as UTC, shown as WIB."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

WIB = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta. Western Indonesia keeps one offset all year, so no zone database is needed."""


class Clock(Protocol):
    """Where a room gets its time from."""

    def now(self) -> datetime:
        """Wall time, aware, UTC. For records and deadlines that survive a restart."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump. For measuring within one process."""
        ...


class SystemClock:
    """The machine's own clock; only the composition root makes one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def business_date(moment: datetime) -> date:
    """The day a shopkeeper would write on it (WIB)."""
    return moment.astimezone(WIB).date()


def iso(moment: datetime) -> str:
    """How our API writes a time: UTC with microseconds and ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
