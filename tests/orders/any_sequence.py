"""Everything that can happen to a few orders, in any order, through the real acts."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.kernel.outcome import (
    Absent,
    Delivered,
    Fault,
    NotSent,
    Outcome,
    Pending,
    Rejected,
    Unknown,
)
from konter.ledger.read import account_sums
from konter.orders.cancel import cancel
from konter.orders.claim import Claimed
from konter.orders.end_overdue import end_overdue
from konter.orders.hasten import hasten
from konter.orders.requests import Placed
from konter.orders.resolve import Decision, resolve
from konter.orders.settle import settle_many
from konter.orders.sweep import find_stuck
from konter.orders.tidings import Settled, Tidings, Via
from konter.suppliers import gate
from tests.orders.counter import ACCOUNT, BUYER, FOUR_OFFERS, Counter

NEWS: tuple[Outcome, ...] = (
    Delivered("SN", Rupiah(10_300)),
    Delivered(None, None),
    Rejected(Fault.NUMBER, True, "nomor salah", "54"),
    Rejected(Fault.OFFER, True, "gangguan", "55"),
    Rejected(Fault.OFFER, False, "stok habis", "68"),
    Rejected(Fault.SUPPLIER, False, "saldo", "44"),
    Rejected(Fault.OTHER, True, "timeout", "01", twice=True),
    Rejected(Fault.OTHER, True, "refund", "74", reversal=True),
    Pending("diproses"),
    Unknown("timeout"),
    Absent("belum ada"),
    NotSent("refused"),
)

some = st.integers(0, 30)
news = st.integers(0, len(NEWS) - 1)
steps = st.one_of(
    st.tuples(st.just("place"), st.integers(1, 2), some),
    st.tuples(st.just("claim"), st.integers(1, 4), some),
    st.tuples(st.just("answer"), some, news),
    st.tuples(st.just("answer"), some, news),
    st.tuples(st.just("late"), some, news),
    st.tuples(st.just("callback"), some, news),
    st.tuples(st.just("together"), some, news),
    st.tuples(st.just("wait"), st.sampled_from([1, 59, 61, 121, 151, 400, 901, 90_000]), some),
    st.tuples(st.just("give_up"), some, some),
    st.tuples(st.just("decide"), some, st.integers(0, 2)),
    st.tuples(st.just("sweep"), some, some),
)
stories = st.lists(steps, min_size=4, max_size=28)

ALL_ORDERS = "SELECT id FROM orders.orders ORDER BY id"
ALL_ATTEMPTS = "SELECT id FROM orders.attempts ORDER BY id"
CLAIMED_TWICE = """
SELECT count(*) FROM orders.attempts WHERE lease_until > %(now)s
GROUP BY order_id HAVING count(*) > 1
"""


@dataclass
class Story:
    """What a sequence has done so far. ``asked``: claims not answered yet, answered ones after."""

    counter: Counter
    asked: list[Claimed] = field(default_factory=list)
    answered: list[Claimed] = field(default_factory=list)

    async def play(self, step: tuple[str, int, int]) -> None:
        name, one, two = step
        await getattr(self, name)(one, two)
        await self.assert_lawful(step)

    async def assert_lawful(self, step: object) -> None:
        counter = self.counter
        assert await counter.breaches() == [], step
        async with counter.db.read() as tx:
            sums = await account_sums(tx)
            overlaps = await tx.rows(CLAIMED_TWICE, {"now": counter.clock.now()})
        assert sum(sums.values()) == 0, step
        assert sums.get(f"wallet:{BUYER}", 0) >= 0, step
        assert overlaps == [], step

    async def place(self, count: int, number: int) -> None:
        asks = [
            await self.counter.ask_for(f"0812000{number:05}", product=FOUR_OFFERS)
            for _ in range(count)
        ]
        for placed in await self.counter.place(*asks):
            assert isinstance(placed, Placed | Refused)

    async def claim(self, most: int, _: int) -> None:
        self.asked += await self.counter.claim(most)

    async def answer(self, which: int, said: int) -> None:
        """One of the calls under way is answered, whether its lease still stands or not."""
        if self.asked:
            claimed = self.asked.pop(which % len(self.asked))
            self.answered.append(claimed)
            await self._settle(self._heard(claimed, NEWS[said]))

    async def late(self, which: int, said: int) -> None:
        """An answer is told of once more, the same or contradicting."""
        if self.answered:
            claimed = self.answered[which % len(self.answered)]
            await self._settle(self._heard(claimed, NEWS[said]))

    async def callback(self, which: int, said: int) -> None:
        attempts = await self._ids(ALL_ATTEMPTS)
        if attempts:
            now = self.counter.clock.now()
            attempt_id = attempts[which % len(attempts)]
            await self._settle(Tidings(attempt_id, NEWS[said], Via.CALLBACK, now))

    async def together(self, which: int, said: int) -> None:
        """An answer and two callbacks about the same order, or its neighbour, in one list."""
        attempts = await self._ids(ALL_ATTEMPTS)
        if attempts:
            now = self.counter.clock.now()
            told = [
                Tidings(attempts[(which + n) % len(attempts)], NEWS[said - n], Via.CALLBACK, now)
                for n in range(2)
            ]
            if self.asked:
                claimed = self.asked.pop()
                self.answered.append(claimed)
                told.insert(1, self._heard(claimed, NEWS[said - 1]))
            await self._settle(*told)

    async def wait(self, seconds: int, _: int) -> None:
        self.counter.clock.advance(seconds)

    async def give_up(self, which: int, _: int) -> None:
        orders = await self._ids(ALL_ORDERS)
        if orders:
            order_id = orders[which % len(orders)]
            try:
                await cancel(self.counter.desk, order_id, user_id=BUYER, because="buyer")
            except Refused:
                await hasten(self.counter.desk, order_id)

    async def decide(self, which: int, how: int) -> None:
        for order_id in await self._ids(ALL_ORDERS):
            decision = list(Decision)[how]
            try:
                await resolve(
                    self.counter.desk, order_id, decision, actor="rina", reason="bukti dari seller"
                )
            except Refused:
                continue

    async def sweep(self, _: int, __: int) -> None:
        """What the timetable does, and a deposit that opens the gate again."""
        await end_overdue(self.counter.desk)
        await find_stuck(self.counter.desk)
        async with self.counter.db.transaction() as tx:
            await gate.open_gate(tx, ACCOUNT)

    def _heard(self, claimed: Claimed, said: Outcome) -> Tidings:
        attempt, now = claimed.attempt, self.counter.clock.now()
        if claimed.only_parked:
            return Tidings(attempt.id, Unknown("lost"), Via.PARKED, now)
        if not claimed.first and isinstance(said, Rejected) and not said.formed:
            said = Unknown("no adapter believes that in an enquiry")
        via = Via.PURCHASE if claimed.first else Via.ENQUIRY
        return Tidings(attempt.id, said, via, now, attempt.fence)

    async def _settle(self, *told: Tidings) -> None:
        for result in await settle_many(self.counter.desk, told):
            assert isinstance(result, Settled), result

    async def _ids(self, statement: str) -> list[int]:
        async with self.counter.db.read() as tx:
            cursor = await tx.connection.execute(statement.encode())
            return [int(row[0]) for row in await cursor.fetchall()]
