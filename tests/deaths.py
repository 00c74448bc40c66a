"""Copies of one shop, each with a process that is killed, and what becomes of it afterwards.

What is played, and what must hold in the end, is the scenario's: ``tests/*_child.py``. A copy is a
database of its own; all copies share one upstream, where the beginning of its customers' numbers
tells one from another, or what it asked for there does.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.context
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from konter.app import House, open_house
from konter.worker import open_worker
from tests.landlord import cloned
from tests.mortal import Moment, Place

AT_ONCE: Final = 5
"""Deaths at once: most of each is waiting."""


def kiln_with(child: str) -> multiprocessing.context.ForkServerContext:
    """Forks children from a process that has imported everything and opened nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([child])
    return context


class Afterlife(Protocol):
    """What goes on in a house after its process died, and what must have come of it."""

    def awake(self, house: House) -> House:
        """The house as the scenario wants it: less patient, say."""
        ...

    async def go_on(self, house: House, place: Place) -> bool:
        """What everybody but the worker does next; True once all is decided."""
        ...

    async def judge(self, house: House, place: Place) -> int:
        """Assert the laws; answers what this copy spent upstream, whole rupiah."""
        ...


@dataclass
class Deaths:
    """``play``: what a child process runs; its exit status is the number of commits it made.

    ``whole``: what must be so when nobody died, before anything goes on. ``least``: a scenario
    makes more commits than this. ``all_die``: no moment may be missed.
    """

    kiln: multiprocessing.context.ForkServerContext
    server: str
    place: Place
    play: Callable[[Place, Moment], None]
    after: Afterlife
    prefix: str
    whole: Callable[[House], Awaitable[None]] | None = None
    least: int = 5
    all_die: bool = False
    spent: int = 0
    """What all copies spent upstream, whole rupiah."""
    died: int = 0
    _copies: int = 0
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _births: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def commits(self) -> int:
        """How many commits the scenario makes when nobody dies."""
        async with self._copy() as place:
            ended = await self._child(place, Moment("never"))
            assert ended is not None and ended > self.least
            if self.whole is not None:
                async with open_house(place.settings) as house:
                    await self.whole(house)
            await self._live_on(place)
        return ended

    async def die_at(self, moments: Sequence[Moment]) -> None:
        """A death for each, and what became of it; the first that ends badly ends them all."""
        async with asyncio.TaskGroup() as deaths:
            for moment in moments:
                deaths.create_task(self._die(moment))
        assert self.died >= max(1, len(moments) * 3 // 4)
        assert self.died == len(moments) or not self.all_die

    async def _die(self, moment: Moment) -> None:
        async with self._room, self._copy() as place:
            ended = await self._child(place, moment)
            self.died += ended == -signal.SIGKILL
            # On a busy machine a call may come too late for its lease: then there are fewer.
            assert ended == -signal.SIGKILL or ended in range(self.least, 99), (moment, ended)
            try:
                await self._live_on(place)
            except AssertionError as error:
                error.add_note(str(moment))
                raise

    @asynccontextmanager
    async def _copy(self) -> AsyncIterator[Place]:
        self._copies += 1
        name = self.place.conninfo.rsplit("dbname=", 1)[1].split()[0].strip("'")
        with cloned(self.server, name) as conninfo:
            prefix = f"{self.prefix}{self._copies:04}"
            yield replace(self.place, conninfo=conninfo, prefix=prefix)

    async def _child(self, place: Place, moment: Moment) -> int | None:
        child = self.kiln.Process(target=self.play, args=(place, moment))
        async with self._births:
            await asyncio.to_thread(child.start)
        await _readable(child.sentinel, within_s=20)
        # Whoever starts a process looks whether the others have ended, and of two who look at one
        # at a time the second reads 255: so one looks after the other.
        async with self._births:
            child.join(1)
        ended = child.exitcode
        child.close()
        return ended

    async def _live_on(self, place: Place) -> None:
        """A fresh house on the same database and the same upstream: everything ends well."""
        async with open_house(place.settings) as opened:
            house = self.after.awake(opened)
            worker = await open_worker(house)
            working = asyncio.create_task(worker.run())
            try:
                for _ in range(150):
                    if await self.after.go_on(house, place):
                        break
                    await asyncio.sleep(0.12)
                else:
                    raise AssertionError("never decided")
            finally:
                worker.stop()
                await working
            spent = await self.after.judge(house, place)
            self.spent += spent


async def _readable(descriptor: int, *, within_s: float) -> None:
    """Until it is, at most so long."""
    loop, happened = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, happened.set)
    try:
        async with asyncio.timeout(within_s):
            await happened.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(descriptor)
