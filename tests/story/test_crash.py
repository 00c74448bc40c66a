"""Killed with -9 before and after every commit, and while asking: nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.context
import signal
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import pytest

from konter.app import House, open_house
from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sum, account_sums
from konter.ledger.wallets import open_wallet
from konter.orders.check import check_books
from konter.worker import open_worker
from tests import crash_child
from tests.conftest import cloned
from tests.crash_child import ANSWERS, BUYER, GAP_S, REFUSED, Moment, Place, some_of
from tests.shop import ACCOUNT, WEBHOOK_SECRET, stock
from tests.sim_process import Sim

PRICE, COST = 11_500, 10_000
OPENING = 10_000_000
AT_ONCE: Final = 6
"""Deaths at once: most of each is waiting."""

UNDECIDED = "SELECT count(*) FROM orders.orders WHERE state IN ('held', 'sent')"
ENDS = "SELECT ref_id, state, price FROM orders.orders"
MOST_REPEATS = "SELECT coalesce(max(number), 0) FROM orders.attempts"


@pytest.fixture(scope="module")
def kiln() -> multiprocessing.context.ForkServerContext:
    """Forks children from a process that has imported everything and opened nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([crash_child.__name__])
    return context


@pytest.fixture
async def place(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Place]:
    """A shop with one buyer, never opened itself: each death has a copy of its database."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
        silence_seconds=0.03,
        deposit=OPENING,
    )
    with cloned(server_conninfo, template) as conninfo:
        place = Place(conninfo, sim_process.url, "", 0)
        async with open_house(place.settings) as house:
            await stock(house, sim_process)
            async with house.db.transaction() as tx:
                await open_wallet(tx, user_id=BUYER, at=house.clock.now())
                row = await tx.row("SELECT id FROM catalogue.products WHERE code = 'xld10'")
            money = Rupiah(1_000_000)
            await adjust(house.funding, user_id=BUYER, amount=money, reason="modal", actor="t")
        assert row is not None
        yield Place(conninfo, sim_process.url, "", row[0])


class Deaths:
    """Kills copies of one shop, then opens each again and sees what became of it."""

    def __init__(
        self, kiln: multiprocessing.context.ForkServerContext, server: str, place: Place
    ) -> None:
        self._kiln = kiln
        self._server = server
        self._place = place
        self._sim = Sim(place.sim_url)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._copies = 0
        self.bought = 0
        """Whole rupiah that all copies booked as costs."""

    async def commits(self) -> int:
        """How many commits the scenario makes when nobody dies."""
        with self._copy() as place:
            ended = await self._child(place, Moment("never"))
            assert ended is not None and ended > 5
            await self._live_on(place)
        return ended

    async def at(self, moments: Iterable[Moment]) -> None:
        """One copy for each moment; what goes wrong with one ends the others."""
        async with asyncio.TaskGroup() as deaths:
            for moment in moments:
                deaths.create_task(self.die(moment))

    async def die(self, moment: Moment) -> None:
        async with self._room:
            with self._copy() as place:
                assert await self._child(place, moment) == -signal.SIGKILL, moment
                await self._live_on(place)

    def _copy(self) -> _Copy:
        self._copies += 1
        return _Copy(self._server, self._place, f"0878{self._copies:04}")

    async def _child(self, place: Place, moment: Moment) -> int | None:
        child = self._kiln.Process(target=crash_child.run, args=(place, moment))
        await asyncio.to_thread(child.start)
        await asyncio.to_thread(child.join, 20)
        ended = child.exitcode
        child.close()
        return ended

    async def _live_on(self, place: Place) -> None:
        """A fresh house on the same database and the same upstream: everything ends well."""
        async with open_house(place.settings) as house:
            worker = await open_worker(house)
            working = asyncio.create_task(worker.run())
            try:
                await self._until_decided(house, place)
            finally:
                worker.stop()
                await working
            await self._judge(house, place)

    async def _until_decided(self, house: House, place: Place) -> None:
        for _ in range(400):
            for row in await self._theirs(place):
                if row["status"] == "Pending":
                    await self._sim.settle(row["ref_id"], "Sukses", webhook=False)
            async with house.db.read() as tx:
                left = await tx.row(UNDECIDED)
            if left == (0,):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("some order was never decided")

    async def _judge(self, house: House, place: Place) -> None:
        assert await check_books(house.db) == []
        async with house.db.read() as tx:
            sums = await account_sums(tx)
            ends = {ref_id: state for ref_id, state, _ in await tx.rows(ENDS)}
            most = await tx.row(MOST_REPEATS)
            ours = -await account_sum(tx, f"provider:{ACCOUNT}")
        assert sum(sums.values()) == 0
        expected = {a: "failed" if a == REFUSED else "delivered" for a in ANSWERS}
        assert ends in ({}, expected), "all or none: they were placed in one commit"
        theirs = await self._theirs(place)
        numbers = [row["customer_no"] for row in theirs]
        assert len(numbers) == len(set(numbers)) == len(ends), "one purchase for each order"
        assert {row["formed_count"] for row in theirs} <= {1}
        paid = sum(row["price"] for row in theirs if row["status"] == "Sukses")
        assert OPENING - ours == paid == -sums.get("cost", 0)
        assert sums[f"wallet:{BUYER}"] == 1_000_000 - sums.get("sales", 0)
        assert most is not None and most[0] <= 1, "no order needed a second attempt"
        self.bought += paid

    async def _theirs(self, place: Place) -> list[dict[str, Any]]:
        rows = (await self._sim.books())["transactions"]
        return [row for row in rows if row["customer_no"].startswith(place.prefix)]


class _Copy:
    """A copy of the shop's database, for as long as it is entered."""

    def __init__(self, server: str, place: Place, prefix: str) -> None:
        self._server, self._place, self._prefix = server, place, prefix

    def __enter__(self) -> Place:
        name = self._place.conninfo.rsplit("dbname=", 1)[1].split()[0].strip("'")
        self._cloned = cloned(self._server, name)
        conninfo = self._cloned.__enter__()
        return Place(conninfo, self._place.sim_url, self._prefix, self._place.product_id)

    def __exit__(self, *error: object) -> None:
        self._cloned.__exit__(None, None, None)


async def test_death_before_or_after_any_commit_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> None:
    """At some commits, before one and after the next. ``make soak`` plays all moments."""
    deaths = Deaths(kiln, server_conninfo, place)
    moments = some_of(await deaths.commits())
    await deaths.at(moments)
    await theirs_is_ours(deaths, place)


async def test_death_while_asking_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> None:
    """Purchases and enquiries alike; ``make soak`` plays each kind of answer."""
    sim = Sim(place.sim_url)
    await sim.options(latency_ms=60)
    deaths = Deaths(kiln, server_conninfo, place)
    moments = [Moment("asking", n) for n in range(1, len(ANSWERS) + 5, 2)]
    await deaths.at(moments)
    await theirs_is_ours(deaths, place)


async def theirs_is_ours(deaths: Deaths, place: Place) -> None:
    """All copies bought from one account, and broke none of its rules."""
    sim = Sim(place.sim_url)
    books = await sim.books()
    assert books["opening"] - books["deposit"] == deaths.bought
    assert await sim.breaches() == []
