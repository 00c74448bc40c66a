"""Who is woken when there is something to do: this process at once, the others by NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from konter.db.pool import Database
from konter.jobs.listen import notify
from konter.jobs.run import Wake
from konter.orders.newsroom import Newsroom

DUE_CHANNEL = "konter_due"
NEWS_CHANNEL = "konter_news"


class HouseHints:
    """Wakes this process at once and the others by NOTIFY, many hints in one."""

    def __init__(self, db: Database, newsroom: Newsroom) -> None:
        self.due_wake = Wake()
        self.inbox_wake = Wake()
        self.payment_inbox_wake = Wake()
        self.links_wake = Wake()
        self.questions_wake = Wake()
        self.orders_paid_wake = Wake()
        self.deposits_paid_wake = Wake()
        self.outbox_wake = Wake()
        self.probes_wake = Wake()
        self._db = db
        self._newsroom = newsroom
        self._due = False
        self._news: set[int] = set()
        self._pending = asyncio.Event()

    def due(self) -> None:
        self.due_wake.hint()
        self._due = True
        self._pending.set()

    def hint(self) -> None:
        """A callback was kept."""
        self.inbox_wake.hint()
        self.payment_inbox_wake.hint()
        self._due = True
        self._pending.set()

    def payments_due(self) -> None:
        self.links_wake.hint()
        self.questions_wake.hint()
        self._due = True
        self._pending.set()

    def payments_confirmed(self) -> None:
        self.orders_paid_wake.hint()
        self.deposits_paid_wake.hint()
        self._due = True
        self._pending.set()

    def probes_due(self) -> None:
        """Somebody at a page waits for an upstream to be tried."""
        self.probes_wake.hint()
        self._due = True
        self._pending.set()

    def news(self, ids: Sequence[int]) -> None:
        if ids:
            self._newsroom.tell(ids)
            self._news.update(ids)
            self._pending.set()

    def told(self) -> None:
        """There is something to tell resellers. Whoever settles runs their work list as well."""
        self.outbox_wake.hint()

    async def send(self) -> None:
        """Tell the other processes, for as long as this one lives."""
        while True:
            await self._pending.wait()
            self._pending.clear()
            if self._due:
                self._due = False
                await notify(self._db, DUE_CHANNEL)
            if self._news:
                told = [self._news.pop() for _ in range(min(300, len(self._news)))]
                await notify(self._db, NEWS_CHANNEL, ",".join(map(str, told)))
            if self._news:
                self._pending.set()

    def heard(self) -> Mapping[str, Callable[[str], None]]:
        """What is done at another process's hints, by channel."""
        return {DUE_CHANNEL: self._hear_due, NEWS_CHANNEL: self._hear_news}

    def _hear_due(self, _: str) -> None:
        for wake in (
            self.due_wake,
            self.inbox_wake,
            self.payment_inbox_wake,
            self.links_wake,
            self.questions_wake,
            self.orders_paid_wake,
            self.deposits_paid_wake,
            self.probes_wake,
        ):
            wake.hint()

    def _hear_news(self, payload: str) -> None:
        self._newsroom.tell([int(part) for part in payload.split(",") if part])
