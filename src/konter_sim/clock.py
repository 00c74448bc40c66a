"""The desk's own clock: real time plus whatever the control API has skipped."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

WIB: Final = timezone(timedelta(hours=7), "WIB")


class VirtualClock:
    """Seconds since the epoch, running forwards, and skippable."""

    def __init__(self) -> None:
        self._zero = time.time() - time.monotonic()
        self._ahead_s = 0.0

    def now(self) -> float:
        return self._zero + time.monotonic() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Skip ahead. Running timers (webhook delays) keep their real pace."""
        self._ahead_s += seconds

    def rewind(self) -> None:
        """Back to real time: only for a reset, when nothing remembers the skipped time."""
        self._ahead_s = 0.0

    def wib(self) -> datetime:
        """Local time of the counter, UTC+7, which cut-offs and `multi` days are read in."""
        return datetime.fromtimestamp(self.now(), WIB)


def stamp(at_s: float) -> str:
    """ISO 8601 in UTC, with milliseconds, for logs."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
