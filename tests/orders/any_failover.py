"""Everything that two suppliers can answer, and everything that can get lost, in any order.

Nothing is made up here: every answer comes from a simulated upstream over real HTTP, and what was
bought is read from their books.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from konter.kernel.errors import Refused
from konter.orders.claim import Claimed
from konter.orders.end_overdue import end_overdue
from konter.orders.requests import Placed
from konter.orders.sweep import find_stuck
from tests.orders.counter import FOUR_OFFERS, ONE_OFFER, Call
from tests.orders.two_suppliers import DIGI, OKE, TwoSuppliers

WAITS = {"do": "accept", "then": "never"}
OKE_SALES: tuple[dict[str, Any], ...] = (
    {"do": "success"},
    WAITS,
    {"do": "fail", "reason": "Produk sedang gangguan"},
    {"do": "fail", "reason": "Nomor tujuan salah"},
    {"do": "fail", "reason": "Transaksi gagal"},
    {"do": "refuse", "reason": "Produk sedang gangguan."},
    {"do": "refuse", "reason": "Saldo tidak cukup."},
    {"do": "silence"},
    {"do": "silence", "commit": True, "then": "never"},
    {"do": "http", "commit": True, "then": "never"},
    {"do": "reset", "commit": True, "then": "never"},
    {"do": "reset"},
    {"do": "text", "body": "sistem sibuk", "commit": True, "then": "never"},
    {"do": "twist", "at_once": True, "ref_id": "bukan-ref-anda", "then": "never"},
    {"do": "duplicate"},
)
OKE_CHECKS: tuple[list[dict[str, Any]], ...] = (
    [{"do": "truth"}],
    [{"do": "nothing"}, {"do": "nothing"}, {"do": "truth"}],
    [{"do": "http"}, {"do": "truth"}],
    [{"do": "twist", "half": True}, {"do": "truth"}],
)
DIGI_CALLS: tuple[list[dict[str, Any]], ...] = (
    [{"do": "success"}],
    [{"do": "pending", "then": "never"}],
    [{"do": "pending", "then": "never"}, {"do": "success"}],
    [{"do": "fail", "rc": "55"}],
    [{"do": "fail", "rc": "54"}],
    [{"do": "fail", "rc": "01"}, {"do": "success"}],
    [{"do": "refuse", "rc": "44"}, {"do": "success"}],
    [{"do": "refuse", "rc": "68"}],
    [{"do": "reset", "commit": True, "truth": "pending"}, {"do": "success"}],
    [{"do": "reset"}, {"do": "success"}],
    [{"do": "http", "commit": True, "truth": "fail"}],
)

some = st.integers(0, 40)
steps = st.one_of(
    st.tuples(st.just("buy"), some, some),
    st.tuples(st.just("buy"), some, some),
    st.tuples(st.just("claim"), some, some),
    st.tuples(st.just("claim"), some, some),
    st.tuples(st.just("answer"), some, some),
    st.tuples(st.just("answer"), some, some),
    st.tuples(st.just("work"), some, some),
    st.tuples(st.just("lose_answer"), some, some),
    st.tuples(st.just("die_before_asking"), some, some),
    st.tuples(st.just("keep_back"), some, some),
    st.tuples(st.just("let_go"), some, some),
    st.tuples(st.just("wait"), st.sampled_from([1, 16, 61, 121, 151, 400, 700]), some),
    st.tuples(st.just("tell"), some, some),
    st.tuples(st.just("settle"), some, some),
    st.tuples(st.just("sweep"), some, some),
    st.tuples(st.just("prefer"), some, some),
)
stories = st.lists(steps, min_size=6, max_size=22)

ALL_ORDERS = "SELECT id FROM orders.orders ORDER BY id"
ALL_REFERENCES = "SELECT reference, account FROM orders.attempts ORDER BY id"
OPEN_GATES = """
UPDATE suppliers.accounts SET gate_closed_at = NULL, gate_code = NULL, gate_reason = NULL,
    gate_needs = NULL
"""


@dataclass
class FailoverStory:
    """``asked``: claimed and not asked yet. ``kept``: asked, their answers on the way."""

    shop: TwoSuppliers
    asked: list[Claimed] = field(default_factory=list)
    kept: list[Call] = field(default_factory=list)

    async def play(self, step: tuple[str, int, int]) -> None:
        name, one, two = step
        await getattr(self, name)(one, two)
        await self.assert_bought_at_most_once(step)

    async def assert_bought_at_most_once(self, step: object) -> None:
        for order_id in await self._orders():
            formed = await self.shop.formed(order_id)
            assert len(formed) <= 1, (step, formed)

    async def buy(self, how: int, then: int) -> None:
        """One of three numbers; a second sale to one of them must not meet the duplicate guard."""
        number = f"0812000090{how % 3:02}" if how % 2 else f"0878000090{how % 3:02}"
        product = FOUR_OFFERS if how % 2 else ONE_OFFER
        sale = [OKE_SALES[(how + then) % len(OKE_SALES)]]
        checks = OKE_CHECKS[then % len(OKE_CHECKS)]
        await self.shop.oke.script(number, sale=sale, checks=checks)
        await self.shop.sim.script(number, *DIGI_CALLS[then % len(DIGI_CALLS)])
        (placed,) = await self.shop.place(await self.shop.ask_for(number, product=product))
        assert isinstance(placed, Placed | Refused), placed

    async def claim(self, most: int, _: int) -> None:
        self.asked += await self.shop.claim(1 + most % 4)

    async def answer(self, which: int, _: int) -> None:
        if self.asked:
            await self.shop.finish(self._pop(which))

    async def work(self, _: int, __: int) -> None:
        await self.shop.work()

    async def lose_answer(self, which: int, _: int) -> None:
        """They have heard us, and we die before we hear them."""
        if self.asked:
            claimed = self._pop(which)
            if not claimed.only_parked:
                call = await self._start(claimed)
                if call is not None:
                    call.task.cancel()

    async def die_before_asking(self, which: int, _: int) -> None:
        if self.asked:
            self._pop(which)

    async def keep_back(self, which: int, _: int) -> None:
        if self.asked:
            claimed = self._pop(which)
            call = None if claimed.only_parked else await self._start(claimed)
            if call is not None:
                self.kept.append(call)

    async def let_go(self, which: int, _: int) -> None:
        if self.kept:
            await self.kept.pop(which % len(self.kept)).end()

    async def wait(self, seconds: int, _: int) -> None:
        await self.shop.later(seconds)

    async def tell(self, which: int, true: int) -> None:
        """A callback about some attempt: Digiflazz's tells their truth, OkeConnect's anything."""
        references = await self._references()
        if references:
            reference, account = references[which % len(references)]
            if account == OKE:
                await self.shop.hint(reference, "SUKSES" if true % 2 else "GAGAL")
            elif await self.shop.sim.transaction(reference) is not None:
                await self.shop.callback(reference)

    async def settle(self, which: int, how: int) -> None:
        """What still waits upstream ends there; nobody tells us."""
        digi = (await self.shop.sim.books())["transactions"]
        oke = (await self.shop.oke.books())["transactions"]
        waiting = [(DIGI, row["ref_id"]) for row in digi if row["status"] == "Pending"]
        waiting += [(OKE, row["ref_id"]) for row in oke if row["state"] == "Menunggu"]
        if not waiting:
            return
        account, reference = waiting[which % len(waiting)]
        end = "Sukses" if how % 3 else "Gagal"
        if account == DIGI:
            await self.shop.sim.settle(reference, end, webhook=False)
        else:
            await self.shop.oke.settle(
                reference, end, reason="Produk sedang gangguan", callback=False
            )

    async def sweep(self, _: int, __: int) -> None:
        await end_overdue(self.shop.desk)
        await find_stuck(self.shop.desk)
        async with self.shop.db.transaction() as tx:
            await tx.run(OPEN_GATES)

    async def prefer(self, which: int, _: int) -> None:
        await self.shop.tries_first(OKE if which % 2 else DIGI)

    async def finish(self) -> None:
        """Everything ends that can: what was bought is delivered, what was not is given back."""
        for call in self.kept:
            await call.end()
        for n in range(12):
            await self.settle(0, n)
        for _ in range(14):
            await self.shop.later(200)
            await self.shop.work()
            await self.shop.read_hints()
            await self.sweep(0, 0)
        for order_id in await self._orders():
            formed, state = await self.shop.formed(order_id), await self.shop.state(order_id)
            if state == "sent":
                live = await self.shop.attempt(order_id)
                assert live.state == "open", "it waits for its upstream, or for a person"
            else:
                expected = {1: "delivered", 0: "failed"}
                assert state == expected[len(formed)], (order_id, formed)
        await self.shop.assert_honest(except_breaches=("unknown_checked_too_often",))

    def _pop(self, which: int) -> Claimed:
        return self.asked.pop(which % len(self.asked))

    async def _start(self, claimed: Claimed) -> Call | None:
        """Asked, unless its lease is too old; then it is over at once."""
        held = self.shop.wire.hold(claimed.attempt.reference)
        task = asyncio.create_task(self.shop.finish(claimed))
        await held.answered.wait()
        return Call(claimed, held, task)

    async def _orders(self) -> list[int]:
        async with self.shop.db.read() as tx:
            return [row[0] for row in await tx.rows(ALL_ORDERS)]

    async def _references(self) -> list[tuple[str, str]]:
        async with self.shop.db.read() as tx:
            return [(row[0], row[1]) for row in await tx.rows(ALL_REFERENCES)]
