"""The same with customers who really pay, at the simulated gateways.

What they paid is known there, so in the end it is compared: no payment is lost, none is counted
twice, no link was made twice under one reference, and no rule of the gateways was broken.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from hypothesis import strategies as st

from konter.funding.ask import ask, claim_questions
from konter.funding.desk import Asks
from konter.funding.hear import receive
from konter.funding.link import Link, make_link
from konter.hooks import inbox
from konter.kernel.wire_types import WireCall, WireSilence
from konter.ledger.read import account_sums
from konter.upstreams.wire import StartBy
from tests.funding.any_payment import LEFT, PaymentStory
from tests.funding.cashier import CREATIONS, TAKES_LONG_S
from tests.funding.paper import callback
from tests.funding.payment_books import Invoice
from tests.funding.payment_steps import SECONDS, SOME, SUPPLIER, Happening, steps_of
from tests.orders.counter import ONE_OFFER
from tests.sim_process import SimGateway

STEPS: tuple[Happening, ...] = (
    *(("order", SOME, (1, 2)),),
    *(("deposit", SOME, SOME),),
    *(("make", SOME, range(6)),) * 2,
    *(("pay", SOME, range(8)),) * 5,
    *(("gives_up_there", SOME, (0, 1)),),
    *(("gets_it_back", SOME, SOME),),
    *(("told", SOME, SOME),) * 2,
    *(("ask", SOME, range(4)),) * 4,
    *(("apply", (1, 2), SOME),) * 3,
    *(("wait", SECONDS, SOME),) * 3,
    *(("expire", SOME, SOME),),
    *(("give_up", SOME, SOME),) * 2,
    *(("renew", SOME, SOME),) * 2,
    *(("hasten", SOME, SOME),),
    *(("shelf", (0, 1), SOME),),
    *(("fees", (0, 1), SOME),),
    *(("supply", SOME, range(len(SUPPLIER))),),
    *(("decide", range(7), SOME),),
    *(("crash", (1, 2), (0, 1, 2)),) * 2,
)
"""What can happen where customers pay."""

stories = st.binary(min_size=45, max_size=75).map(partial(steps_of, STEPS))

GATEWAYS = ("ipaymu", "tripay")
TROUBLE: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"do": "http", "commit": True}, {"do": "answer"}),
    ({"do": "http"}, {"do": "answer"}),
    ({"do": "reset", "commit": True}, {"do": "answer"}),
)
"""How a creation is answered when all is not well."""


@dataclass
class CustomerStory(PaymentStory):
    """``wire``: to the simulator. ``news``: the callbacks that the gateways have sent, all of them
    true; each comes in when the story lets it, and again at the end. ``told_of``: of which."""

    wire: Asks | None = None
    news: list[tuple[str, WireCall]] = field(default_factory=list)
    told_of: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.wire is not None
        funding = replace(self.desk, wire=self.wire)
        self.counter.with_rules(funding=funding)

    async def open_gateways(self) -> None:
        """Made new, with our time on their clocks; they call nobody back."""
        ahead = self.counter.clock.now() - datetime.now(UTC)
        for gateway in GATEWAYS:
            there, gap_s = self.at(gateway), self.desk.times.min_gap
            await there.reset(
                callback_delay_ms=3_600_000, silence_seconds=TAKES_LONG_S, poll_gap_s=gap_s
            )
            await there.advance(seconds=ahead.total_seconds())

    def at(self, gateway: str) -> SimGateway:
        return self.counter.sim.ipaymu if gateway == "ipaymu" else self.counter.sim.tripay

    async def assert_lawful(self, step: object) -> None:
        """What is paid there may be confirmed here, and nothing else."""
        known = {invoice.reference: invoice.id for invoice in await self._invoices()}
        for gateway in GATEWAYS:
            for row in await self.at(gateway).payments():
                if row["state"] == "paid" and row["reference"] in known:
                    said = self.words[str(row["id"]), known[row["reference"]]]
                    said[:] = [(row["order"], row["order"] - row["received"])]
        await super().assert_lawful(step)

    # Links.

    async def open_all(self, _: int, __: int) -> None:
        await self.make(0, 0)

    async def make(self, which: int, how: int) -> None:
        """Links are made; or the call is lost before it leaves, or its answer is, or they answer
        something else."""
        if how >= 3:
            for gateway in GATEWAYS:
                await self.at(gateway).script("*", *TROUBLE[how - 3])
        await self.claim(3, 0)
        links, self.links = self.links, []
        results = await asyncio.gather(
            *(self._make(link, how) for link in links), return_exceptions=True
        )
        for gateway in GATEWAYS:
            await self.at(gateway).script("*")
        for error in results:
            if error is not None:
                raise error

    async def _make(self, link: Link, how: int) -> None:
        if how == 1:
            return
        if how != 2:
            await make_link(self.desk, link)
            return
        request = self.desk.gateways[link.gateway].create(link.ask, self.counter.clock.now())
        heard = await self.desk.wire.ask(
            request, account=link.gateway, purpose="create", lease=StartBy(link.start_by)
        )
        assert not isinstance(heard.said, WireSilence)

    # Customers.

    async def pay(self, which: int, how: int) -> None:
        """By one of the links: as asked, too much, too little, twice, or when it is too late."""
        invoice = await self._payable(which)
        if invoice is None:
            return
        amount = {5: 5_000 + invoice.amount, 6: -1_000}.get(how)
        there, wish = self.at(invoice.gateway), {} if amount is None else {"amount": amount}
        before = await there.payments(invoice.reference)
        if before and before[-1]["state"] == "refunded":
            return
        paid = await there.pay(invoice.reference, **wish)
        if before and before[-1]["state"] != "pending":
            # Nobody asks any more about what had ended, or was paid: only a callback tells.
            await self._sends(invoice, paid, "paid", comes=True)
        elif how % 2:  # Else the callback is lost for good, and it must be found by asking.
            await self._sends(invoice, paid, "paid", comes=how == 1)

    async def gives_up_there(self, which: int, how: int) -> None:
        invoice = await self._payable(which)
        if invoice is not None:
            there = self.at(invoice.gateway)
            await (there.cancel if how else there.expire)(invoice.reference)

    async def gets_it_back(self, which: int, _: int) -> None:
        """A gateway gives back what was paid, and tells of it, as it should."""
        invoice = await self._payable(which)
        if invoice is not None and await self.at(invoice.gateway).payments(invoice.reference):
            row = await self.at(invoice.gateway).refund(invoice.reference)
            if row["state"] == "refunded":
                await self._sends(invoice, row, "refunded", comes=True)

    async def _payable(self, which: int) -> Invoice | None:
        """A link that exists there, whatever we know of it."""
        invoices = []
        for gateway in GATEWAYS:
            made = {call["reference"] for call in await self._created(gateway)}
            invoices += [i for i in await self._invoices() if i.reference in made]
        there = [i for i in invoices if await self._stands(i)]
        return there[which % len(there)] if there else None

    async def _stands(self, invoice: Invoice) -> bool:
        there = self.at(invoice.gateway)
        waiting = {row["reference"] for row in (await there.books())["waiting"]}
        return invoice.reference in waiting or bool(await there.payments(invoice.reference))

    async def _created(self, gateway: str) -> list[dict[str, Any]]:
        return [c for c in await self.at(gateway).calls() if c["path"].endswith(CREATIONS)]

    async def _sends(
        self, invoice: Invoice, row: dict[str, Any], said: str, *, comes: bool
    ) -> None:
        told = callback(
            invoice.gateway,
            their_id=str(row["id"]),
            reference=invoice.reference,
            said=said,
            amount=row["amount"],
        )
        self.news.append((invoice.gateway, told))
        self.told_of.add((invoice.gateway, str(row["id"])))
        if comes:
            await self.told(len(self.news) - 1, 0)

    async def told(self, which: int, _: int) -> None:
        """One of their callbacks comes, perhaps once more."""
        if self.news:
            gateway, told = self.news[which % len(self.news)]
            keep = partial(inbox.accept, self.counter.inbox)
            await receive(keep, self.desk.gateways[gateway], told)
            await self.read(0, 0)

    # Asking.

    async def ask(self, most: int, how: int) -> None:
        """What is due is asked, all at once; or nobody lives to ask it."""
        jobs = await claim_questions(self.desk, 1 + most)
        if how:
            await asyncio.gather(*(ask(self.desk, job) for job in jobs))

    async def wait(self, seconds: int, _: int) -> None:
        self.counter.clock.advance(seconds)
        for gateway in GATEWAYS:
            await self.at(gateway).advance(seconds=seconds)

    # The end.

    async def finish(self) -> None:
        """Every callback comes, everything is asked, and time passes: then their books are ours."""
        self.line.disarm()
        await self.counter.opens(ONE_OFFER)
        left: list[tuple[int, ...]] = []
        for turn in range(12):
            await self.make(0, 0)
            for place in range(len(self.news) if turn < 2 else 0):
                await self.told(place, 0)
            await self.read(0, 0)
            for _ in range(3):
                await self.ask(100, 1)
                await self.wait(31, 0)
            for how in (3, 4, 0):
                await self.decide(how, 0)
            await self.follow_up()
            await self.assert_lawful("the end")
            left = await self._rows(LEFT)
            if not left:
                await self.assert_theirs_is_ours()
                return
            await self.wait(100_000, 0)
        raise AssertionError(f"left undecided: {left}")

    async def assert_theirs_is_ours(self) -> None:
        """To the rupiah, but for what only their list can tell: a second payment of one link, of
        which no callback came."""
        async with self.counter.db.read() as tx:
            sums = await account_sums(tx)
        ours = {(p.gateway, p.their_id): p.invoice_id for p in self.standing.values()}
        ids = {invoice.reference: invoice.id for invoice in await self._invoices()}
        for gateway in GATEWAYS:
            there = self.at(gateway)
            books, created = await there.books(), await self._created(gateway)
            paid = [row for row in books["payments"] if row["state"] == "paid"]
            lost = [row for row in paid if (gateway, str(row["id"])) not in ours]
            for row in lost:
                assert (gateway, str(row["id"])) not in self.told_of, "a callback was swallowed"
                assert ids[row["reference"]] in ours.values(), "a payment was lost"
            unseen = sum(row["received"] for row in lost)
            assert books["owed"] - unseen == -sums.get(f"gateway:{gateway}", 0)
            references = [call["reference"] for call in created]
            assert len(references) == len(set(references)), "a link was asked for twice"
            assert await there.breaches() == []
