"""Everything that can happen to a few bills, and everything that can get lost, in any order.

Nothing is made up here: every answer comes from a simulated upstream over real HTTP, what was paid
is read from its books, and the line to the database breaks around any commit.
"""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import psycopg
from hypothesis import strategies as st

from konter.funding.adjust import adjust
from konter.kernel.errors import CommitUnknown, KonterError
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.ledger.wallets import open_wallet
from konter.orders.bills import BillView
from konter.orders.claim import Claimed
from konter.orders.end import Verdict, end
from konter.orders.end_overdue import end_overdue
from konter.orders.hasten import hasten
from konter.orders.sweep import find_stuck
from konter.people.members import Member
from tests.funding.paper import WeakLine
from tests.orders.bill_counter import PLN, BillCounter, member
from tests.orders.counter import BUYER, Call
from tests.warm import by_owner

RIVAL: Final = 2
MONEY: Final = 1_000_000
OWED: Final = 40_000
SKUS: Final = (PLN, "plnpasca")
"""Two of one biller."""
REFS: Final = 6

TRICKS: Final = (
    *("9999", "6001", "4002", "4001", "4101", "4044", "8068", "8085", "8049", "5003", "5004"),
    *("5008", "5009", "5007", "5006", "6003", "6005", "4070", "2005", "2008", "2015", "2018"),
)
"""How a number's check and its payment are answered: ``konter_sim/digiflazz/bill_tricks.py``."""

some = st.integers(0, 40)
waits = st.sampled_from([1, 16, 59, 61, 121, 151, 400, 700, 5_000, 50_000])
steps = st.one_of(
    *[st.tuples(st.just("check"), some, some)] * 3,
    *[st.tuples(st.just("pay"), some, some)] * 4,
    *[st.tuples(st.just("claim"), some, some)] * 2,
    *[st.tuples(st.just("answer"), some, some)] * 2,
    *[st.tuples(st.just("work"), some, some)] * 2,
    st.tuples(st.just("lose_answer"), some, some),
    st.tuples(st.just("die_before_asking"), some, some),
    st.tuples(st.just("keep_back"), some, some),
    st.tuples(st.just("let_go"), some, some),
    *[st.tuples(st.just("wait"), waits, some)] * 2,
    st.tuples(st.just("tell"), some, some),
    st.tuples(st.just("settle"), some, some),
    st.tuples(st.just("sweep"), some, some),
    st.tuples(st.just("next_month"), some, some),
    st.tuples(st.just("weaken"), st.integers(1, 4), st.integers(0, 2)),
)
stories = st.tuples(some, st.lists(steps, min_size=8, max_size=30))
"""Which tricks are played, and what happens."""

PROVES_NOTHING: Final = ("49", "85")
"""Codes that leave a payment undecided, though its record says Gagal."""

ORDERS = """
SELECT o.id, o.user_id, o.state, o.price, a.reference, a.state AS attempt, a.sends
FROM orders.orders o JOIN orders.attempts a ON a.order_id = o.id ORDER BY o.id
"""
MENDED = """
UPDATE suppliers.accounts SET gate_closed_at = NULL, gate_code = NULL, gate_reason = NULL,
    gate_needs = NULL;
DELETE FROM suppliers.breakers;
"""

BROKEN: Final = (CommitUnknown, psycopg.OperationalError)


@dataclass
class BillStory:
    """``asked``: claimed and not asked yet. ``kept``: asked, their answers on the way. ``seen``:
    what the members were last told was found, by their references."""

    shop: BillCounter
    line: WeakLine
    first_trick: int = 0
    asked: list[Claimed] = field(default_factory=list)
    kept: list[Call] = field(default_factory=list)
    seen: dict[str, BillView] = field(default_factory=dict)

    async def begin(self) -> None:
        """Two members with as much money each, and three numbers that owe one month."""
        self.line.disarm()
        await self.shop.begin_again()
        self.shop.with_rules(bills=replace(self.shop.desk.bills, per_number=1_000))
        async with self.shop.db.transaction() as tx:
            await open_wallet(tx, user_id=RIVAL, at=self.shop.clock.now())
        given: dict[str, Any] = {"reason": "modal awal", "actor": "rina"}
        funding = self.shop.desk.funding
        await adjust(funding, user_id=RIVAL, amount=Rupiah(MONEY), **given)
        for n in range(3):
            await self.shop.sim.owe(PLN, self.number(n), OWED)

    def number(self, which: int) -> str:
        trick = TRICKS[(self.first_trick + which % 3 * 5) % len(TRICKS)]
        return f"5300{which % 3}111{trick}"

    async def play(self, step: tuple[str, int, int]) -> None:
        name, one, two = step
        await self._if_line_holds(getattr(self, name)(one, two))
        await self.assert_lawful(step)

    async def _if_line_holds(self, act: Awaitable[object]) -> None:
        """A line that broke is a process that died there: its member, or the next worker, goes
        on from what stands."""
        before = self.line.breaks
        try:
            await act
        except BROKEN:
            assert self.line.breaks > before
        except KonterError as refusal:
            assert refusal.status != 500, refusal

    async def assert_lawful(self, step: object) -> None:
        shop = self.shop
        assert await shop.breaches() == [], step
        broken = await shop.sim.breaches()
        assert broken == [], (step, broken)
        paid = Tally(
            (row["biller"], row["customer_no"], period)
            for row in await shop.sim.bills()
            for period in row["periods"]
            if row["formed"]
        )
        assert all(times == 1 for times in paid.values()), (step, paid)
        orders = await self._orders()
        assert {order["state"] for order in orders} <= {"held", "sent", "delivered", "failed"}
        async with shop.db.read() as tx:
            sums = await account_sums(tx)
        assert sum(sums.values()) == 0, step
        for user_id in (BUYER, RIVAL):
            mine = [order for order in orders if order["user_id"] == user_id]
            debited = sum(order["price"] for order in mine if order["state"] != "failed")
            assert sums[f"wallet:{user_id}"] == MONEY - debited, step
        waiting = sum(o["price"] for o in orders if o["state"] in ("held", "sent"))
        assert sums.get("escrow", 0) == waiting, step

    # The members.

    async def check(self, ref: int, how: int) -> None:
        ref_id, who = self._ref(ref)
        number, sku = self.number(how), SKUS[how // 3 % 2]
        bill = await self.shop.checks(ref_id, number, product=sku, who=who)
        if bill.is_found:
            self.seen[ref_id] = bill

    async def pay(self, which: int, how: int) -> None:
        """What was found, or a rupiah more, for which nobody pays."""
        if not self.seen:
            return
        bill = list(self.seen.values())[which % len(self.seen)]
        who, off = member(user_id=bill.user_id), how % 7 == 0
        paid = await self.shop.pays_bill(bill, who=who, amount=(bill.amount or 0) + off)
        assert not off
        assert paid.order.price == bill.total

    async def next_month(self, which: int, amount: int) -> None:
        """A month more is owed; the months that were paid are not."""
        owed = [OWED, 30_000 + amount]
        await self.shop.sim.owe(PLN, self.number(which), *owed)

    def _ref(self, ref: int) -> tuple[str, Member]:
        """A reference, and whose it is."""
        return f"r{ref % REFS}", member(user_id=(BUYER, RIVAL)[ref % REFS % 2])

    # The worker.

    async def claim(self, most: int, _: int) -> None:
        self.asked += await self.shop.claim(1 + most % 4)

    async def answer(self, which: int, _: int) -> None:
        if self.asked:
            await self.shop.finish(self._pop(which))

    async def work(self, _: int, __: int) -> None:
        """One after the other, each in a process of its own as it were."""
        for claimed in await self.shop.claim():
            await self._if_line_holds(self.shop.finish(claimed))

    async def lose_answer(self, which: int, _: int) -> None:
        """They have heard us, and we die before we hear them."""
        if self.asked:
            call = await self._start(self._pop(which))
            if call is not None:
                call.task.cancel()

    async def die_before_asking(self, which: int, _: int) -> None:
        if self.asked:
            self._pop(which)

    async def keep_back(self, which: int, _: int) -> None:
        if self.asked:
            call = await self._start(self._pop(which))
            if call is not None:
                self.kept.append(call)

    async def let_go(self, which: int, _: int) -> None:
        if self.kept:
            await self.kept.pop(which % len(self.kept)).end()

    async def sweep(self, _: int, __: int) -> None:
        """What the timetable does, and people who mend what is between us and the upstream."""
        await end_overdue(self.shop.desk)
        await find_stuck(self.shop.desk)
        await by_owner(self.shop.db.conninfo, MENDED)

    async def wait(self, seconds: int, _: int) -> None:
        await self.shop.later(seconds)

    async def weaken(self, commits: int, how: int) -> None:
        self.line.arm(commits, how)

    # The upstream.

    async def tell(self, which: int, lies: int) -> None:
        """A signed webhook about some payment: it is a hint, whatever it says."""
        orders = await self._orders()
        if orders:
            said = {} if lies % 3 else {"status": ("Sukses", "Gagal")[lies % 2], "rc": "00"}
            await self.shop.callback(orders[which % len(orders)]["reference"], **said)

    async def settle(self, which: int, how: int) -> None:
        """What is pending upstream ends there; nobody tells us."""
        rows = [row for row in await self.shop.sim.bills() if row["status"] == "Pending"]
        if rows:
            row = rows[which % len(rows)]
            await self.shop.sim.settle(
                row["ref_id"], "Sukses" if how % 3 else "Gagal", webhook=False
            )

    # The end.

    async def finish(self) -> None:
        """What was paid is delivered, what was not is given back; a person ends what nobody can
        tell of, as their panel shows it."""
        self.line.disarm()
        for call in self.kept:
            await call.end()
        for n in range(REFS + 2):
            await self.shop.later(400)
            await self.work(0, 0)
            await self.settle(0, n)
            await self.shop.read_inbox()
            await self.sweep(0, 0)
        for order in await self._orders():
            await hasten(self.shop.desk, order["id"])
        await self.shop.later(60)
        await self.work(0, 0)
        theirs = {row["ref_id"]: row for row in await self.shop.sim.bills()}
        for order in await self._orders():
            if order["state"] == "sent":
                row = theirs.get(order["reference"])
                assert order["attempt"] == "open"
                assert row is None or row["rc"] in PROVES_NOTHING, (order, row)
                given = {"actor": "rina", "reason": "panel Digiflazz: tidak ada"}
                await end(self.shop.desk, order["id"], Verdict.FAILED, **given)
        for order in await self._orders():
            row = theirs.get(order["reference"])
            is_paid = row is not None and row["formed"]
            assert order["state"] == ("delivered" if is_paid else "failed"), (order, row)
        calls = Tally(call["ref_id"] for call in await self.shop.sim.calls("pay-pasca"))
        assert all(times == 1 for times in calls.values())
        await self.assert_lawful("the end")
        await self.shop.assert_honest()

    def _pop(self, which: int) -> Claimed:
        return self.asked.pop(which % len(self.asked))

    async def _start(self, claimed: Claimed) -> Call | None:
        """Asked, unless its lease is too old, or it only waits for what was parked."""
        if claimed.only_parked:
            await self.shop.finish(claimed)
            return None
        held = self.shop.wire.hold(claimed.attempt.reference)
        task = asyncio.create_task(self.shop.finish(claimed))
        await held.answered.wait()
        return Call(claimed, held, task)

    async def _orders(self) -> list[dict[str, Any]]:
        async with self.shop.db.read() as tx:
            return await tx.dicts(ORDERS)
