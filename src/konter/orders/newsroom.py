"""Waiting for first news: who asked is told as soon as their order moves, or looks for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from konter.kernel.clock import Clock
from konter.orders.desk import OrdersDesk
from konter.orders.read import OrderView, orders_by_id
from konter.orders.states import HOLDING

Seen = TypeVar("Seen")

LOOK_EVERY_S: Final = 0.5


class Newsroom:
    """Who waits for which order or deposit in this process. A word that is lost costs a look."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Event]] = {}

    @property
    def count(self) -> int:
        """How many wait now."""
        return sum(map(len, self._waiting.values()))

    def tell(self, order_ids: Sequence[int]) -> None:
        """These orders have news."""
        for order_id in order_ids:
            for event in self._waiting.get(order_id, ()):
                event.set()

    async def until(
        self,
        order_id: int,
        look: Callable[[], Awaitable[Seen]],
        is_news: Callable[[Seen], bool],
        *,
        clock: Clock,
        at_most_s: float,
    ) -> Seen:
        """What was seen first that is news, or whatever is seen after ``at_most_s`` seconds."""
        event = self.enter(order_id)
        deadline = clock.monotonic() + at_most_s
        try:
            while True:
                seen = await look()
                left = deadline - clock.monotonic()
                if left <= 0 or is_news(seen):
                    return seen
                try:
                    async with asyncio.timeout(min(left, LOOK_EVERY_S)):
                        await event.wait()
                except TimeoutError:
                    continue
                event.clear()
        finally:
            self.leave(order_id, event)

    def enter(self, order_id: int) -> asyncio.Event:
        """Begin to wait, before looking: news that comes between is not missed."""
        event = asyncio.Event()
        self._waiting.setdefault(order_id, set()).add(event)
        return event

    def leave(self, order_id: int, event: asyncio.Event) -> None:
        waiting = self._waiting.get(order_id, set())
        waiting.discard(event)
        if not waiting:
            self._waiting.pop(order_id, None)


async def first_news(
    desk: OrdersDesk, newsroom: Newsroom, order: OrderView, *, at_most_s: float
) -> OrderView:
    """The order once it is decided or its upstream has said something new, or as it stands after
    ``at_most_s`` seconds."""

    async def look() -> OrderView:
        async with desk.db.read() as tx:
            found = await orders_by_id(tx, [order.id])
        return found.get(order.id, order)

    return await newsroom.until(
        order.id,
        look,
        lambda now: _is_news(order, now),
        clock=desk.clock,
        at_most_s=at_most_s,
    )


def _is_news(before: OrderView, now: OrderView) -> bool:
    heard = now.last_words_at is not None and now.last_words_at != before.last_words_at
    return now.state not in HOLDING or heard
