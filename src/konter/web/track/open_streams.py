"""How many live pages this process serves at once, no more from one address, none when it stops."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from konter.kernel.errors import Unavailable

MOST: Final = 500
MOST_PER_REMOTE: Final = 30
"""Many phones share one address of their operator; a page that is not live still works."""


class TooManyStreams(Unavailable):
    """Live pages beyond 500 in a process, or 30 of one address; the page works without."""

    code = "too_many_streams"
    message = "Terlalu banyak halaman yang terbuka, silakan muat ulang sendiri"


class OpenStreams:
    """Counted while they are open, whatever ends them."""

    def __init__(self, most: int = MOST, most_per_remote: int = MOST_PER_REMOTE) -> None:
        self._most = most
        self._most_per_remote = most_per_remote
        self._by_remote: Counter[str] = Counter()
        self._ending = asyncio.Event()

    @property
    def count(self) -> int:
        return self._by_remote.total()

    def end(self) -> None:
        """Let all of them end, and admit no other: a server that stops waits for its answers, and
        these would be under way for minutes. Their pages come again by themselves."""
        self._ending.set()

    async def ended(self) -> None:
        """Returns once they are to end."""
        await self._ending.wait()

    def admit(self, remote: str) -> None:
        """Raises TooManyStreams."""
        if (
            self._ending.is_set()
            or self.count >= self._most
            or self._by_remote[remote] >= self._most_per_remote
        ):
            raise TooManyStreams

    @contextmanager
    def opened(self, remote: str) -> Iterator[None]:
        """One more, until the block ends."""
        self._by_remote[remote] += 1
        try:
            yield
        finally:
            self._by_remote[remote] -= 1
            if not self._by_remote[remote]:
                del self._by_remote[remote]
