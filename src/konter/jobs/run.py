"""The engine: claims due rows for the work lists that other rooms own, and runs them.

It knows no list by name. Waking up early is a hint; polling is the truth.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

import structlog

log = structlog.get_logger("konter.jobs")

Claim = TypeVar("Claim")
Job = Callable[[], Awaitable[None]]


class Wake:
    """A hint, given in this process or by NOTIFY, that something may be due."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def hint(self) -> None:
        self._event.set()

    async def wait(self, at_most_s: float) -> None:
        """Until hinted, at most ``at_most_s`` seconds."""
        try:
            async with asyncio.timeout(at_most_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()


@dataclass(frozen=True, slots=True)
class WorkList(Generic[Claim]):
    """Durable work of one room.

    ``claim(n)`` leases at most n due rows in one commit; ``work(row)`` does one and acknowledges
    it. Work that raises, or a process that dies, leaves its row to the lease's end.
    """

    name: str
    claim: Callable[[int], Awaitable[Sequence[Claim]]]
    work: Callable[[Claim], Awaitable[None]]
    in_flight: int
    wake: Wake
    most_per_claim: int = 200

    async def take(self, most: int) -> list[Job]:
        """Claim, and answer what is to be run."""
        return [partial(self.work, row) for row in await self.claim(most)]


class Served(Protocol):
    """A work list as the engine sees it, whatever its rows are."""

    @property
    def name(self) -> str: ...

    @property
    def in_flight(self) -> int: ...

    @property
    def wake(self) -> Wake: ...

    @property
    def most_per_claim(self) -> int: ...

    async def take(self, most: int) -> list[Job]: ...


class Runner:
    """Runs work lists until told to stop."""

    def __init__(self, lists: Sequence[Served], *, poll_s: float) -> None:
        self._lists = lists
        self._poll_s = poll_s
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve every list; returns after ``stop``, when nothing is under way any more."""
        await asyncio.gather(*(self._serve(work_list) for work_list in self._lists))
        while self._under_way:
            await asyncio.wait(self._under_way)

    def stop(self) -> None:
        """Claim nothing more; what is under way is finished."""
        self._stopping = True
        for work_list in self._lists:
            work_list.wake.hint()

    async def _serve(self, work_list: Served) -> None:
        running: set[asyncio.Task[None]] = set()
        while not self._stopping:
            free = min(work_list.in_flight - len(running), work_list.most_per_claim)
            claimed = await self._claim(work_list, free) if free > 0 else []
            for job in claimed:
                task = asyncio.create_task(self._work(work_list, job))
                for tasks in (running, self._under_way):
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                task.add_done_callback(lambda _: _hint_if_full(work_list, running))
            if len(claimed) < free or free <= 0:
                await work_list.wake.wait(self._poll_s)

    async def _claim(self, work_list: Served, most: int) -> list[Job]:
        """Claim; a database that is away for a while is waited for, not died of."""
        try:
            return await work_list.take(most)
        except Exception:
            log.exception("jobs.claim_failed", list=work_list.name)
            await asyncio.sleep(self._poll_s)
            return []

    async def _work(self, work_list: Served, job: Job) -> None:
        try:
            await job()
        except Exception:
            # The row keeps its lease and comes back when that ends; nothing is lost.
            log.exception("jobs.work_failed", list=work_list.name)


def _hint_if_full(work_list: Served, running: set[asyncio.Task[None]]) -> None:
    """A place became free in a full list: look again at once."""
    if len(running) >= work_list.in_flight - work_list.most_per_claim:
        work_list.wake.hint()
