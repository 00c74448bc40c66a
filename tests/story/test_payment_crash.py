"""Killed with -9 around the commits of paying, and while asking: no payment is lost or doubled."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.context
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from konter.app import House, open_house
from konter.funding.adjust import adjust
from konter.funding.renew_deposit import renew_deposit
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.ledger.wallets import open_wallet
from konter.orders.check import check_books
from konter.orders.renew import renew
from konter.worker import open_worker
from tests import payment_child
from tests.conftest import cloned
from tests.crash_child import GAP_S as REPOST_GAP_S
from tests.crash_child import Moment, some_of
from tests.funding.cashier import CREATIONS
from tests.payment_child import (
    BUDI,
    BUYER,
    DEPOSIT,
    GAP_S,
    Place,
    at_gateway,
    impatient,
    pay_guests_out,
)
from tests.shop import ACCOUNT, WEBHOOK_SECRET, stock
from tests.sim_process import Sim

OPENING = 10_000_000
MODAL = 1_000_000
AT_ONCE: Final = 6
"""Deaths at once: most of each is waiting."""
LEAST_COMMITS: Final = 12
ASKED: Final = 8
"""Calls that name a payment: four creations, four questions."""
GATEWAYS = ("ipaymu", "tripay")

UNDECIDED = """
SELECT 'order', id FROM orders.orders WHERE state IN ('awaiting_payment', 'held', 'sent')
UNION ALL SELECT 'deposit', id FROM funding.deposits WHERE state = 'awaiting_payment'
UNION ALL SELECT 'payment', id FROM funding.payments
    WHERE state IN ('waiting', 'unapplied', 'review')
UNION ALL SELECT 'refund', id FROM funding.refunds WHERE state = 'due'
"""

LINKS = """
SELECT i.gateway, i.reference, i.state, i.purpose, i.purpose_id, coalesce(o.user_id, d.user_id)
FROM funding.invoices i
LEFT JOIN orders.orders o ON i.purpose = 'order' AND o.id = i.purpose_id
LEFT JOIN funding.deposits d ON i.purpose = 'deposit' AND d.id = i.purpose_id
WHERE i.number = (SELECT max(l.number) FROM funding.invoices l
                  WHERE l.purpose = i.purpose AND l.purpose_id = i.purpose_id)
"""

REFERENCES = "SELECT gateway, reference FROM funding.invoices"

ENDS = """
SELECT payment_method, state FROM orders.orders
UNION ALL SELECT channel, state FROM funding.deposits
"""
WELL = {
    "tripay:QRIS2": "failed",
    "ipaymu:page": "delivered",
    "tripay:BRIVA": "credited",
    "ipaymu:qris.mpm": "credited",
}
APPLIED = (
    "SELECT gateway, their_id, applied_to FROM funding.payments WHERE confirmed_at IS NOT NULL"
)
REFUNDS = "SELECT state, amount FROM funding.refunds"
PRICES = "SELECT price FROM orders.orders WHERE user_id = 0"


@pytest.fixture(scope="module")
def kiln() -> multiprocessing.context.ForkServerContext:
    """Forks children from a process that has imported everything and opened nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([payment_child.__name__])
    return context


@pytest.fixture
async def place(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Place]:
    """A shop with one buyer, never opened itself: each death has a copy of its database. The
    gateways call nobody back."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        repost_gap_s=REPOST_GAP_S,
        price_list_gap_s=0,
        silence_seconds=0.03,
        deposit=OPENING,
    )
    for code in GATEWAYS:
        await at_gateway(sim_process, code).reset(callback_delay_ms=3_600_000, poll_gap_s=GAP_S)
    with cloned(server_conninfo, template) as conninfo:
        place = Place(conninfo, sim_process.url, 0)
        async with open_house(place.settings) as house:
            await stock(house, sim_process)
            async with house.db.transaction() as tx:
                await open_wallet(tx, user_id=BUYER, at=house.clock.now())
                row = await tx.row("SELECT id FROM catalogue.products WHERE code = 'xld10'")
            money = Rupiah(MODAL)
            await adjust(house.funding, user_id=BUYER, amount=money, reason="modal", actor="t")
        assert row is not None
        yield replace(place, product_id=row[0])


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
        self.died = 0
        self.bought = 0
        """Whole rupiah that all copies booked as costs."""

    async def commits(self) -> int:
        """How many commits the scenario makes when nobody dies; then nothing is left to do."""
        with self._copy() as conninfo:
            place = replace(self._place, conninfo=conninfo)
            ended = await self._child(place, Moment("never"))
            assert ended is not None and ended > LEAST_COMMITS
            async with open_house(place.settings) as house:
                async with house.db.read() as tx:
                    assert await tx.rows(UNDECIDED) == []
                assert len(await self._judge(house)) == len(WELL)
        return ended

    async def die_at(self, moments: Sequence[Moment]) -> None:
        """A death for each, and what became of it; the first that ends badly ends them all."""
        async with asyncio.TaskGroup() as deaths:
            for moment in moments:
                deaths.create_task(self._die(moment))
        assert self.died > len(moments) * 3 // 4

    async def _die(self, moment: Moment) -> None:
        async with self._room:
            with self._copy() as conninfo:
                place = replace(self._place, conninfo=conninfo)
                ended = await self._child(place, moment)
                self.died += ended == -signal.SIGKILL
                # On a busy machine a call may come too late for its lease: then there are fewer.
                assert ended == -signal.SIGKILL or ended in range(LEAST_COMMITS, 99), moment
                await self._live_on(place)

    async def theirs_is_ours(self) -> None:
        """All copies bought from one account, and broke no rule of anybody's."""
        books = await self._sim.books()
        assert books["opening"] - books["deposit"] == self.bought
        assert await self._sim.breaches() == []
        for code in GATEWAYS:
            assert await at_gateway(self._sim, code).breaches() == []

    def _copy(self) -> Any:
        name = self._place.conninfo.rsplit("dbname=", 1)[1].split()[0].strip("'")
        return cloned(self._server, name)

    async def _child(self, place: Place, moment: Moment) -> int | None:
        child = self._kiln.Process(target=payment_child.run, args=(place, moment))
        await asyncio.to_thread(child.start)
        await asyncio.to_thread(child.join, 20)
        ended = child.exitcode
        child.close()
        return ended

    async def _live_on(self, place: Place) -> None:
        """A fresh house on the same database and the same gateways: everything ends well."""
        async with open_house(place.settings) as opened:
            house = impatient(opened, self._sim)
            worker = await open_worker(house)
            working = asyncio.create_task(worker.run())
            try:
                await self._until_decided(house)
            finally:
                worker.stop()
                await working
            await self._judge(house)

    async def _until_decided(self, house: House) -> None:
        """Customers pay what they have not paid; operators pay out what is owed."""
        for _ in range(120):
            async with house.db.read() as tx:
                undecided = await tx.rows(UNDECIDED)
                links = await tx.rows(LINKS)
            if not undecided:
                return
            if any(kind in ("order", "deposit") for kind, _ in undecided):
                await self._customers_pay(house, links)
            if any(kind == "refund" for kind, _ in undecided):
                await pay_guests_out(house)
            await asyncio.sleep(0.2)
        raise AssertionError(f"never decided: {undecided}")

    async def _customers_pay(self, house: House, links: Sequence[tuple[Any, ...]]) -> None:
        """Each by the link that exists there, once; a link that came to nothing is made anew."""
        books = {code: await at_gateway(self._sim, code).books() for code in GATEWAYS}
        for code, reference, state, purpose, purpose_id, user_id in links:
            there = [row for row in books[code]["payments"] if row["reference"] == reference]
            begun = [row for row in books[code]["waiting"] if row["reference"] == reference]
            if (there or begun) and all(row["state"] != "paid" for row in there):
                await at_gateway(self._sim, code).pay(reference)
            elif not there and state in ("doubtful", "refused"):
                await self._renew(house, purpose, purpose_id, user_id)

    async def _renew(self, house: House, purpose: str, purpose_id: int, user_id: int) -> None:
        try:
            if purpose == "order":
                await renew(house.orders, purpose_id, user_id=user_id, channel=None)
            else:
                await renew_deposit(
                    house.funding, purpose_id, user_id=BUYER, channel=None, buyer=BUDI
                )
        except Refused:
            return  # It was paid, or renewed, a moment ago.

    async def _judge(self, house: House) -> dict[str, str]:
        """What there is has ended well; answers it."""
        assert await check_books(house.db) == []
        async with house.db.read() as tx:
            sums = await account_sums(tx)
            ends: dict[str, str] = dict(await tx.rows(ENDS))
            applied = await tx.rows(APPLIED)
            references = {(row[0], row[1]) for row in await tx.rows(REFERENCES)}
            refunds, prices = await tx.rows(REFUNDS), await tx.rows(PRICES)
        assert sum(sums.values()) == 0
        assert ends == {name: state for name, state in WELL.items() if name in ends}
        assert ("tripay:QRIS2" in ends) == ("ipaymu:page" in ends), "placed in one commit"
        purposes = ["deposit" if state == "credited" else "order" for state in ends.values()]
        assert sorted(to for _, _, to in applied) == sorted(purposes), "each was paid once"
        deposits = purposes.count("deposit")
        assert sums[f"wallet:{BUYER}"] == MODAL + deposits * DEPOSIT
        assert refunds == [("settled", price) for (price,) in prices]
        assert sums.get("refunds_due", 0) == 0
        await self._compare(sums, references, {(row[0], row[1]) for row in applied})
        self.bought -= sums.get("cost", 0)
        assert -sums.get("cost", 0) == OPENING + sums.get(f"provider:{ACCOUNT}", 0)
        return ends

    async def _compare(
        self,
        sums: dict[str, int],
        references: set[tuple[str, str]],
        applied: set[tuple[str, str]],
    ) -> None:
        """What their books hold of this copy is what its books say."""
        for code in GATEWAYS:
            there = at_gateway(self._sim, code)
            rows = [r for r in await there.payments() if (code, r["reference"]) in references]
            paid = [row for row in rows if row["state"] == "paid"]
            assert {(code, str(row["id"])) for row in paid} == {a for a in applied if a[0] == code}
            assert sum(row["received"] for row in paid) == -sums.get(f"gateway:{code}", 0)
            created = [
                call["reference"]
                for call in await there.calls()
                if call["path"].endswith(CREATIONS) and (code, call["reference"]) in references
            ]
            assert len(created) == len(set(created)), "a link was asked for twice"


async def test_death_around_any_commit_of_paying_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> None:
    """At some commits, before one and after the next. ``make soak`` plays all moments."""
    deaths = Deaths(kiln, server_conninfo, place)
    moments = some_of(await deaths.commits())
    await deaths.die_at(moments)
    await deaths.theirs_is_ours()


async def test_death_while_a_gateway_is_asked_loses_and_doubles_nothing(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> None:
    """Creations and questions alike; ``make soak`` plays all."""
    sim = Sim(place.sim_url)
    for code in GATEWAYS:
        await at_gateway(sim, code).options(latency_ms=60)
    deaths = Deaths(kiln, server_conninfo, place)
    moments = [Moment("asking", n) for n in range(1, ASKED + 1, 2)]
    await deaths.die_at(moments)
    await deaths.theirs_is_ours()
