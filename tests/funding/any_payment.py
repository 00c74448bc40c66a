"""Everything that can happen to a few payments, in any order, through the real acts.

The gateways are on paper, so that one story takes milliseconds. After every step the laws hold, and
beside them what only the story can know: no link is asked for twice that may stand, nothing is
confirmed that no gateway has said, and what is confirmed stays. In the end everybody answers and
time passes, and then nothing is left undecided.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import psycopg

from konter.funding.ask import Asking, Job, ask, claim_questions
from konter.funding.confirm import Confirmed, Told, confirm_many
from konter.funding.deposit import buyer_of, place_deposit
from konter.funding.hasten import hasten
from konter.funding.hear import hear, receive
from konter.funding.lapse import cancel_deposit
from konter.funding.link import Link, claim_links
from konter.funding.made import Made, settle_link
from konter.funding.renew_deposit import renew_deposit
from konter.funding.search import Search
from konter.funding.states import Purpose
from konter.hooks import inbox
from konter.kernel.errors import CommitUnknown, Refused
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireCall, WireSilence
from konter.ledger.wallets import GUEST
from konter.orders.cancel import cancel
from konter.orders.checkout import Checkout, checkout_many
from konter.orders.renew import renew
from konter.orders.requests import Placed
from konter.orders.settle import settle_many
from konter.orders.tidings import Tidings, Via
from konter.suppliers import gate
from konter.upstreams.contract import NotGenuine
from konter.upstreams.gateway_contract import Expired
from tests.funding.paper import FEE, REFUSALS, WORDS, PaperWire, Row, callback, creation
from tests.funding.payment_books import Invoice, Payment, their_id
from tests.funding.payment_follows import PaymentFollows
from tests.funding.payment_steps import SUPPLIER, Step
from tests.orders.counter import ACCOUNT, BUYER, ONE_OFFER, QRIS, VA

PAGE, IPAYMU_QRIS = "ipaymu:page", "ipaymu:qris.mpm"
KINDS = (
    (QRIS, GUEST),
    (QRIS, BUYER),
    (VA, BUYER),
    (PAGE, BUYER),
    (PAGE, GUEST),
    (IPAYMU_QRIS, BUYER),
)
CHANNELS = (None, QRIS, VA, PAGE, IPAYMU_QRIS)
BUDI = buyer_of(name="Budi", email="budi@example.id", phone="081200000001")


ORDERS = "SELECT id, user_id FROM orders.orders ORDER BY id"
DEPOSITS = "SELECT id FROM funding.deposits ORDER BY id"

LEFT = """
SELECT 'invoice ' || state, id FROM funding.invoices WHERE next_action_at IS NOT NULL
UNION ALL SELECT 'payment ' || state, id FROM funding.payments
    WHERE state IN ('waiting', 'unapplied', 'review')
UNION ALL SELECT 'order ' || state, id FROM orders.orders
    WHERE state IN ('awaiting_payment', 'held', 'sent')
UNION ALL SELECT 'deposit ' || state, id FROM funding.deposits WHERE state = 'awaiting_payment'
UNION ALL SELECT 'refund', id FROM funding.refunds WHERE state = 'due'
UNION ALL SELECT 'callback', id FROM hooks.inbox WHERE state = 'waiting'
"""


@dataclass
class PaymentStory(PaymentFollows):
    """What a sequence has done so far.

    ``asked_for``: invoices of which a call may have left. ``links``, ``asked``, ``searches``:
    claimed and not answered yet; ``made``, ``answered``: answered ones.
    """

    paper: PaperWire = field(init=False)
    links: list[Link] = field(default_factory=list)
    made: list[Link] = field(default_factory=list)
    asked: list[Asking] = field(default_factory=list)
    answered: list[Asking] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    calls: list[tuple[str, WireCall]] = field(default_factory=list)
    checkouts: list[Checkout] = field(default_factory=list)
    asked_for: set[int] = field(default_factory=set)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.line.disarm()
        self.paper = PaperWire(self.counter.clock)
        trusted = frozenset({"tripay"} if self.trusts else ())
        funding = replace(self.counter.desk.funding, wire=self.paper, trusted=trusted)
        self.counter.with_rules(funding=funding)

    async def begin(self, kind: int) -> None:
        """Two orders and a deposit, by whatever ways; their links are made, or are yet to be."""
        for step in (("order", kind, 2), ("deposit", kind, 0)):
            await self.play(step)
        if kind % 4:
            await self.play(("open_all", 0, 0))

    async def play(self, step: Step) -> None:
        """One step; what it may be refused, and what breaks with the line, is part of life."""
        name, one, two = step
        breaks = self.line.breaks
        try:
            with suppress(Refused):
                await getattr(self, name)(one, two)
        except (CommitUnknown, psycopg.OperationalError):
            assert self.line.breaks > breaks, step
        if name not in ("wait", "crash"):  # which touch nothing
            await self.assert_lawful(step)

    # Buyers.

    async def order(self, kind: int, count: int) -> None:
        for n in range(count):
            by, user_id = KINDS[(kind + n) % len(KINDS)]
            self.numbers += 1
            number = f"0878{self.numbers:08}"
            self.checkouts.append(await self.counter.check_out(number, by=by, user_id=user_id))
        for placed in await checkout_many(self.counter.desk, self.checkouts[-count:]):
            assert isinstance(placed, Placed | Refused | CommitUnknown | psycopg.Error), placed

    async def again(self, which: int, _: int) -> None:
        """A client sends the same request once more, by the same reference."""
        if self.checkouts:
            checkout = self.checkouts[which % len(self.checkouts)]
            before = len(await self._rows(ORDERS))
            (placed,) = await checkout_many(self.counter.desk, [checkout])
            if isinstance(placed, Placed) and placed.replayed:
                assert len(await self._rows(ORDERS)) == before

    async def deposit(self, which: int, number: int) -> None:
        channel = CHANNELS[1 + which % (len(CHANNELS) - 1)]
        assert channel is not None
        await place_deposit(
            self.desk,
            user_id=BUYER,
            amount=Rupiah(50_000),
            channel=channel,
            ref_id=f"d{number % 6}",
            buyer=BUDI,
        )

    async def give_up(self, which: int, _: int) -> None:
        orders, deposits = await self._rows(ORDERS), await self._rows(DEPOSITS)
        chosen = [*orders, *deposits]
        if chosen:
            found = chosen[which % len(chosen)]
            if len(found) == 2:
                await cancel(self.counter.desk, found[0], user_id=found[1], because="by its buyer")
            else:
                await cancel_deposit(self.desk, found[0], user_id=BUYER)

    async def renew(self, which: int, how: int) -> None:
        channel = CHANNELS[how % len(CHANNELS)]
        orders, deposits = await self._rows(ORDERS), await self._rows(DEPOSITS)
        chosen = [*orders, *deposits]
        if chosen:
            found = chosen[which % len(chosen)]
            if len(found) == 2:
                await renew(self.counter.desk, found[0], user_id=found[1], channel=channel)
            else:
                await renew_deposit(self.desk, found[0], user_id=BUYER, channel=channel, buyer=BUDI)

    async def hasten(self, which: int, _: int) -> None:
        for payment in (await self._payments())[which % 3 :: 3]:
            await hasten(self.desk, Purpose(payment.purpose), payment.purpose_id)

    # Links.

    async def claim(self, most: int, _: int) -> None:
        links = await claim_links(self.desk, most)
        for link in links:
            assert link.invoice_id not in self.asked_for, "asked for again, and it may stand there"
        self.asked_for |= {link.invoice_id for link in links}
        self.links += links

    async def make(self, which: int, how: int) -> None:
        """One of the creations under way is answered, whether its lease still stands or not."""
        if not self.links:
            await self.claim(2, 0)
        if self.links:
            link = self.links.pop(which % len(self.links))
            self.made.append(link)
            made = self._made(link, how)
            if isinstance(made, WireSilence):
                self.asked_for.discard(link.invoice_id)
            await settle_link(self.desk, link.invoice_id, made, fence=link.fence)

    async def open_all(self, _: int, __: int) -> None:
        """Nothing odd happens: all links that are due are made."""
        await self.claim(20, 0)
        while self.links:
            await self.make(0, 0)

    async def make_late(self, which: int, how: int) -> None:
        """An answer is told of once more, the same or contradicting."""
        if self.made:
            link = self.made[which % len(self.made)]
            made = self._made(link, how)
            if not isinstance(made, WireSilence):
                await settle_link(self.desk, link.invoice_id, made, fence=link.fence)

    def _made(self, link: Link, how: int) -> Made:
        if how >= 3:
            return REFUSALS[how - 3]
        page = link.gateway == "ipaymu" and link.ask.channel is None
        known_as = None if page else their_id(link.gateway, link.invoice_id)
        return creation(how, link.ask, known_as, self.counter.clock)

    # What is heard.

    async def hear(self, which: int, how: int) -> None:
        await self.knock(which, how)
        await self.read(0, 0)

    async def pay(self, which: int, how: int) -> None:
        """A customer pays by one of the links, perhaps once more; a callback tells of it, they are
        asked, and say that it is paid."""
        invoices = await self._invoices()
        if invoices:
            invoice = invoices[which % len(invoices)]
            await self.hear(which, (0, 2)[how % 2])
            known_as = their_id(invoice.gateway, invoice.id + 900_000 * (how % 2))
            found = [p for p in await self._payments() if p.their_id == known_as]
            await self._confirm(*(self._told(p, WORDS[0]) for p in found))

    async def knock(self, which: int, how: int) -> None:
        """A callback is kept: true, about another's transaction, a second payment, one without an
        id, of an unknown invoice, one that was kept before, or an unproved one."""
        invoices = await self._invoices()
        if not invoices:
            return
        invoice = invoices[which % len(invoices)]
        there = [i for i in invoices if i.gateway == invoice.gateway]
        other = there[(there.index(invoice) + 1) % len(there)]
        if how == 7 and self.calls:
            gateway, told = self.calls[which % len(self.calls)]
        else:
            gateway, told = invoice.gateway, self._callback(invoice, other, how)
            self.calls.append((gateway, told))
        keep = partial(inbox.accept, self.counter.inbox)
        try:
            await receive(keep, self.desk.gateways[gateway], told)
        except NotGenuine:
            assert how in (7, 8) and gateway == "tripay"

    def _callback(self, invoice: Invoice, other: Invoice, how: int) -> WireCall:
        ids: dict[int, str | None] = {
            1: their_id(invoice.gateway, other.id),
            2: their_id(invoice.gateway, 900_000 + invoice.id),
            3: None,
        }
        known_as = ids.get(how, invoice.their_id)
        said = {4: "expired", 5: "refunded", 9: "waiting"}.get(how, "paid")
        charged = invoice.charged or invoice.amount
        if self.trusts and invoice.gateway == "tripay" and said == "paid" and known_as and how != 8:
            self.words[known_as, invoice.id].append((charged, FEE))
        return callback(
            invoice.gateway,
            their_id=known_as,
            reference="PAY-20261116-UNKNOWN000" if how == 6 else invoice.reference,
            session_id=invoice.session_id,
            said=said,
            amount=charged,
            signed=how != 8,
        )

    async def read(self, _: int, __: int) -> None:
        """What was kept is heard, all at once."""
        self.paper.refunds = not self.paper.refunds
        messages = await inbox.claim(self.counter.inbox, 50, sources=list(self.desk.gateways))
        results = await asyncio.gather(
            *(hear(self.desk, message) for message in messages), return_exceptions=True
        )
        for error in results:
            if error is not None:
                raise error

    # What is asked.

    async def questions(self, most: int, _: int) -> None:
        self._take_jobs(await claim_questions(self.desk, most))

    def _take_jobs(self, jobs: Sequence[Job]) -> None:
        self.asked += [job for job in jobs if isinstance(job, Asking)]
        self.searches += [job for job in jobs if isinstance(job, Search)]

    async def answer(self, which: int, said: int) -> None:
        """One of the questions under way is answered, whether its lease still stands or not."""
        if not self.asked:
            await self.questions(3, 0)
        if self.asked:
            job = self.asked.pop(which % len(self.asked))
            self.answered.append(job)
            await self._confirm(self._heard(job, said))

    async def answer_late(self, which: int, said: int) -> None:
        """An answer is told of once more, the same or contradicting."""
        if self.answered:
            await self._confirm(self._heard(self.answered[which % len(self.answered)], said))

    async def tell(self, which: int, said: int) -> None:
        """A word about a transaction that nobody has asked about just now."""
        payments = await self._payments()
        if payments:
            await self._confirm(self._told(payments[which % len(payments)], WORDS[said]))

    async def tell_list(self, which: int, said: int) -> None:
        """Words about a payment and its neighbours in one list, one of them twice."""
        payments = await self._payments()
        if payments:
            chosen = [payments[(which + n) % len(payments)] for n in (0, 1, 2, 0)]
            told = [self._told(p, WORDS[(said + 4 * n) % len(WORDS)]) for n, p in enumerate(chosen)]
            await self._confirm(*told)

    async def tell_both(self, which: int, said: int) -> None:
        """Two words at one moment: about one transaction, where two invoices know of it."""
        payments = await self._payments()
        if payments:
            one = payments[which % len(payments)]
            same = [p for p in payments if (p.gateway, p.their_id) == (one.gateway, one.their_id)]
            told = [self._told(same[0], WORDS[said]), self._told(same[-1], WORDS[0])]
            await asyncio.gather(*(self._confirm(one) for one in told))

    async def search(self, which: int, what: int) -> None:
        """A list is read: it holds some of what is sought, some of what is not, or nothing."""
        if not self.searches:
            await self.questions(3, 0)
        if not self.searches:
            return
        job = self.searches.pop(which % len(self.searches))
        here = [i for i in await self._invoices() if i.gateway == job.gateway]
        said = ("paid", "waiting", "expired", "refunded")[what % 4]
        rows = [Row(i.their_id, i.reference, said, i.amount) for i in here[what % 3 :: 2]]
        self.paper.rows = {job.gateway: rows}
        self.paper.garbled = what % 7 == 6
        await ask(self.desk, job)

    def _heard(self, job: Asking, said: int) -> Told:
        state = WORDS[said](job.question)
        return Told(job.payment_id, state, self.counter.clock.now(), fence=job.fence)

    def _told(self, payment: Payment, said: object) -> Told:
        assert callable(said)
        return Told(payment.id, said(payment.question), self.counter.clock.now())

    async def _confirm(self, *tolds: Told) -> None:
        breaks = self.line.breaks
        known = {p.id: p for p in await self._payments()}
        for told in tolds:
            self._note(known[told.payment_id], told.state)
        for result in await confirm_many(self.desk, tolds):
            assert isinstance(result, Confirmed) or self.line.breaks > breaks, result

    async def crash(self, n: int, how: int) -> None:
        """The line to the database will break, and whoever waits for that commit is lost."""
        self.line.arm(n, how)

    # The end.

    async def finish(self) -> None:
        """Everybody answers at last, and time passes: then nothing is left undecided."""
        self.line.disarm()
        await self.counter.opens(ONE_OFFER)
        left: list[tuple[int, ...]] = []
        for _ in range(12):
            await self._everybody_answers()
            await self.assert_lawful("the end")
            left = await self._rows(LEFT)
            if not left:
                return
            await self.wait(100_000, 0)
        raise AssertionError(f"left undecided: {left}")

    async def _everybody_answers(self) -> None:
        self.paper.rows, self.paper.garbled, self.paper.refunds = {}, False, False
        await self.claim(50, 0)
        for link in self.links:
            await settle_link(self.desk, link.invoice_id, REFUSALS[1], fence=link.fence)
        self.links.clear()
        await self.read(0, 0)
        self._take_jobs(await claim_questions(self.desk, 200))
        now = self.counter.clock.now()
        told = [Told(job.payment_id, Expired(), now, fence=job.fence) for job in self.asked]
        await confirm_many(self.desk, told)
        for job in self.searches:
            await ask(self.desk, job)
        self.asked.clear()
        self.searches.clear()
        for how in (1, 0, 4):
            await self.decide(how, 0)
        await self.follow_up()

    async def follow_up(self) -> None:
        """What needs no gateway comes to its end: supplier, timetable, operator."""
        await self.apply(1, 0)
        await self.expire(0, 0)
        await self.decide(5, 0)
        await self.decide(6, 1)
        now = self.counter.clock.now()
        async with self.counter.db.transaction() as tx:
            await gate.open_gate(tx, ACCOUNT)
        for claimed in await self.counter.claim():
            attempt, via = claimed.attempt, Via.PURCHASE if claimed.first else Via.ENQUIRY
            done = Tidings(attempt.id, SUPPLIER[0], via, now, attempt.fence)
            await settle_many(self.counter.desk, [done])
