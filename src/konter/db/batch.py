"""Batch first: what arrives while one batch commits forms the next one.

Nobody waits when it is quiet (a batch of one starts at once); under load the cost of a commit
is shared by all who came in the meantime.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Runs ``act`` over lists of items; answers each caller its own result or its own error.

    ``act`` answers one result per item, in order; an Exception instance as result is raised to
    that item's caller alone. An error out of ``act`` itself is raised to all callers of the batch.
    ``lanes``: how many batches may be under way at once; a further one begins only when ``worth``
    items wait, because a batch costs the same whatever its size.
    """

    def __init__(
        self,
        act: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        most: int = 200,
        lanes: int = 1,
        worth: int = 1,
    ) -> None:
        self._act = act
        self._most = most
        self._lanes = self._idle_lanes = lanes
        self._worth = worth
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Result:
        """Queue one item and await its result. A caller who goes away does not stop the act."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._start()
        return await future

    async def drain(self) -> None:
        """Wait until nothing is queued or under way."""
        while self._running:
            await asyncio.wait(self._running)

    def _start(self) -> None:
        least = 1 if self._idle_lanes == self._lanes else self._worth
        if self._idle_lanes and len(self._waiting) >= least:
            self._idle_lanes -= 1
            task = asyncio.create_task(self._lane())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _lane(self) -> None:
        try:
            # One turn of the loop, so that requests already read form this batch together.
            await asyncio.sleep(0)
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._serve(batch)
        finally:
            self._idle_lanes += 1

    async def _serve(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        (outcome,) = await asyncio.gather(
            self._act([item for item, _ in batch]), return_exceptions=True
        )
        results: Sequence[Result | BaseException] = (
            [outcome] * len(batch) if isinstance(outcome, BaseException) else outcome
        )
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
