"""A process that plays a scenario and is killed with SIGKILL at a chosen moment of it.

The scenarios are ``tests/*_child.py``. Each runs in a fixed order, so that the n-th commit is
always the same one; the commits are counted at the pool, so a new one is covered without anybody's
asking.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

import structlog

from konter.jobs.run import Served
from konter.settings import Settings
from tests.shop import quick_settings
from tests.sim_process import Sim

BUYER = 1
GAP_S = 0.04
TIMES = {
    "KONTER_ENQUIRY_FIRST_S": "0.1",
    "KONTER_ENQUIRY_SPACING_S": "0.1",
    "KONTER_ENQUIRY_MIN_GAP_S": str(GAP_S),
    "KONTER_UPSTREAM_TIMEOUT_S": "1.5",
    "KONTER_POLL_S": "0.2",
    "KONTER_DB_POOL": "4",
}


@dataclass(frozen=True)
class Moment:
    """When to be killed: ``before`` or ``after`` the n-th commit, ``asking`` for the n-th time,
    or ``never``."""

    when: str
    n: int = 0


def some_of(commits: int) -> list[Moment]:
    """Three of the moments around so many commits: one of the beginning, the middle and the end.
    ``make soak`` plays them all, because a death costs as much as a dozen other tests."""
    early, middle, late = commits // 6, commits // 2, commits * 5 // 6
    return [Moment("after", early), Moment("before", middle), Moment("after", late)]


def every(commits: int) -> list[Moment]:
    return [Moment(when, n) for n in range(1, commits + 1) for when in ("before", "after")]


@dataclass(frozen=True)
class Place:
    """Where the scenario runs. ``prefix``: eight digits that begin this database's numbers."""

    conninfo: str
    sim_url: str
    prefix: str
    product_id: int

    @property
    def settings(self) -> Settings:
        return quick_settings(self.conninfo, Sim(self.sim_url), **TIMES)


class Commits:
    """Counts them at the pool, and kills this process at the one it was told."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self.seen = 0

    def __call__(self, when: str) -> None:
        self.seen += when == "before"
        if (when, self.seen) == (self._moment.when, self._moment.n):
            die()


Play = Callable[[Place, Moment, Commits], Awaitable[None]]


def live(play: Play, place: Place, moment: Moment) -> NoReturn:
    """Play the scenario; the exit status is the number of commits, if nobody killed us before."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    counter = Commits(moment)

    async def played() -> None:
        await play(place, moment, counter)

    asyncio.run(played())
    sys.exit(counter.seen)


def die() -> None:
    """Nothing is closed, flushed or told: the kernel ends this process here."""
    os.kill(os.getpid(), signal.SIGKILL)


async def work_through(work_list: Served, moment: Moment) -> None:
    """What is due now, one after the other. While it is asking that kills, one at a time, so that
    none waits too long behind a slow answer."""
    most = 1 if moment.when == "asking" else 50
    while jobs := await work_list.take(most):
        for job in jobs:
            await job()
        if most > 1:
            return


async def die_while_asking(moment: Moment, calls: Callable[[], Awaitable[int]]) -> None:
    """Their books have moved, their answer is still on its way. ``calls``: how many of this copy's
    have reached them."""
    while moment.when == "asking":
        if await calls() >= moment.n:
            die()
        await asyncio.sleep(0.002)
