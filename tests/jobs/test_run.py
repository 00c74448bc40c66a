"""The engine: durable work under leases, shared by any number of workers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from konter.jobs.run import Runner, Wake, WorkList


class Rows:
    """A list of due rows in this process, claimed once each."""

    def __init__(self, count: int) -> None:
        self.due = list(range(count))
        self.done: list[int] = []
        self.at_once = 0
        self.most_at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.claimed = asyncio.Event()

    async def claim(self, most: int) -> Sequence[int]:
        taken, self.due = self.due[:most], self.due[most:]
        if taken:
            self.claimed.set()
        return taken

    async def work(self, row: int) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        await asyncio.sleep(0)
        self.at_once -= 1
        if row == 3:
            raise RuntimeError("this row is broken")
        self.done.append(row)

    def work_list(self, *, in_flight: int = 5, most_per_claim: int = 200) -> WorkList[int]:
        return WorkList(
            "rows",
            self.claim,
            self.work,
            in_flight=in_flight,
            wake=Wake(),
            most_per_claim=most_per_claim,
        )


async def until(rows: Rows, count: int) -> None:
    async with asyncio.timeout(5):
        while len(rows.done) < count:
            await asyncio.sleep(0.005)


async def test_what_is_due_is_done_and_never_more_at_once_than_allowed() -> None:
    rows = Rows(3)
    rows.due = [n for n in range(60) if n != 3]
    runner = Runner([rows.work_list(in_flight=5)], poll_s=0.01)
    running = asyncio.create_task(runner.run())
    await until(rows, 59)
    runner.stop()
    await running
    assert sorted(rows.done) == [n for n in range(60) if n != 3]
    assert rows.most_at_once == 5


async def test_work_that_fails_stops_neither_the_others_nor_the_list() -> None:
    rows = Rows(6)
    runner = Runner([rows.work_list()], poll_s=0.01)
    running = asyncio.create_task(runner.run())
    await until(rows, 5)
    rows.due.append(9)
    await until(rows, 6)
    runner.stop()
    await running
    assert sorted(rows.done) == [0, 1, 2, 4, 5, 9]


async def test_stopping_finishes_what_is_under_way_and_claims_nothing_more() -> None:
    rows = Rows(3)
    rows.gate.clear()
    runner = Runner([rows.work_list()], poll_s=0.01)
    running = asyncio.create_task(runner.run())
    await rows.claimed.wait()
    await asyncio.sleep(0)
    runner.stop()
    rows.due = [7, 8]
    await asyncio.sleep(0.05)
    assert not running.done()
    rows.gate.set()
    await running
    assert sorted(rows.done) == [0, 1, 2]
    assert rows.due == [7, 8]


async def test_a_hint_is_quicker_than_the_poll_and_without_one_the_poll_finds_it() -> None:
    rows = Rows(0)
    work_list = rows.work_list()
    runner = Runner([work_list], poll_s=30)
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(0.02)
    rows.due = [1]
    work_list.wake.hint()
    await until(rows, 1)
    runner.stop()
    await running
    polled = Rows(0)
    runner = Runner([polled.work_list()], poll_s=0.02)
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(0.03)
    polled.due = [1]
    await until(polled, 1)
    runner.stop()
    await running


async def test_a_claim_that_fails_is_tried_again() -> None:
    rows = Rows(2)
    failures = [RuntimeError("the database is away")] * 2

    async def claim(most: int) -> Sequence[int]:
        if failures:
            raise failures.pop()
        return await rows.claim(most)

    work_list = WorkList("rows", claim, rows.work, in_flight=5, wake=Wake())
    runner = Runner([work_list], poll_s=0.01)
    running = asyncio.create_task(runner.run())
    await until(rows, 2)
    runner.stop()
    await running
