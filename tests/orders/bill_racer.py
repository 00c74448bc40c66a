"""A counter in a process of its own, that pays at the same instant as others, and then works."""

from __future__ import annotations

import asyncio
import multiprocessing.queues
import multiprocessing.synchronize
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from konter.kernel.errors import KonterError
from konter.orders.bill_asks import BillPayment
from konter.orders.pay_bill import pay_bill
from tests.orders.bill_counter import BillCounter, member, open_bill_counter
from tests.sim_process import Sim

ROUNDS = 3
"""Of claiming, asking and settling, while the others still pay."""


@dataclass(frozen=True)
class Payment:
    """One of a race; ``bill`` tells which bill it is about. Whole rupiah."""

    bill: str
    user_id: int
    ref_id: str
    sku: str
    number: str
    amount: int


Said = tuple[str, int, str, str]
"""Of one payment: its bill, its payer, its reference, and what became of it in a word."""


def race(
    place: tuple[str, str],
    payments: Sequence[Payment],
    start: multiprocessing.synchronize.Barrier,
    said: multiprocessing.queues.Queue[list[Said]],
) -> None:
    """``place``: the database's conninfo and the simulator's url."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    said.put(asyncio.run(_race(place, payments, start)))


async def _race(
    place: tuple[str, str],
    payments: Sequence[Payment],
    start: multiprocessing.synchronize.Barrier,
) -> list[Said]:
    conninfo, url = place
    async with open_bill_counter(conninfo, Sim(url), as_it_is=True) as counter:
        await asyncio.to_thread(start.wait, 20)
        paying = asyncio.gather(*(pays(counter, payment) for payment in payments))
        for _ in range(ROUNDS):
            await counter.work()
        return await paying


async def pays(counter: BillCounter, payment: Payment) -> Said:
    who = member(user_id=payment.user_id)
    asked = BillPayment(who, payment.sku, payment.number, payment.ref_id, payment.amount)
    try:
        word = "again" if (await pay_bill(counter.desk, asked)).replayed else "taken"
    except KonterError as refusal:
        word = refusal.code
    return payment.bill, payment.user_id, payment.ref_id, word
