"""Everything that can happen to a few payments, in any order, through the real acts.

The gateways are on paper, so that one story takes milliseconds. After every step the laws hold, and
beside them what only the story can know: no link is asked for twice that may stand, nothing is
confirmed that no gateway has said, and what is confirmed stays. In the end everybody answers and
time passes, and then nothing is left undecided.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import psycopg
from hypothesis import strategies as st

from konter.funding.accept import accept_payment
from konter.funding.apply import due_payments
from konter.funding.ask import Asking, Job, ask, claim_questions
from konter.funding.channels import set_channel
from konter.funding.confirm import Confirmed, Told, confirm_many
from konter.funding.credit import apply_deposits
from konter.funding.deposit import buyer_of, place_deposit
from konter.funding.desk import FundingDesk
from konter.funding.hasten import hasten
from konter.funding.hear import hear, receive
from konter.funding.lapse import cancel_deposit, expire_deposits
from konter.funding.link import Link, claim_links
from konter.funding.made import Made, settle_link
from konter.funding.pay_out import due_refunds, settle_refund
from konter.funding.release import release_payment
from konter.funding.renew_deposit import renew_deposit
from konter.funding.reversal import TakenFrom, record_reversal
from konter.funding.search import Search
from konter.funding.states import Purpose
from konter.hooks import inbox
from konter.kernel.errors import CommitUnknown, Refused
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, Fault, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireCall, WireSilence
from konter.ledger.read import account_sums
from konter.ledger.wallets import GUEST
from konter.orders.apply import apply_payments
from konter.orders.cancel import cancel
from konter.orders.checkout import Checkout, checkout_many
from konter.orders.end_overdue import end_overdue
from konter.orders.expire import expire_unpaid
from konter.orders.renew import renew
from konter.orders.requests import Placed
from konter.orders.resolve import Decision, resolve
from konter.orders.settle import settle_many
from konter.orders.tidings import Tidings, Via
from konter.suppliers import gate
from konter.upstreams.contract import NotGenuine
from konter.upstreams.gateway_contract import Expired, FeeOn, Paid, PaidOtherwise, Question, State
from tests.funding.paper import FEE, REFUSALS, WORDS, PaperWire, Row, WeakLine, callback, creation
from tests.orders.counter import ACCOUNT, BUYER, ONE_OFFER, QRIS, VA, Counter

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
GRACE_S = 60
LEASE_S = 75
SUPPLIER: tuple[Outcome, ...] = (
    Delivered("SN", Rupiah(10_300)),
    Rejected(Fault.NUMBER, True, "nomor salah", "54"),
    Pending("diproses"),
    Rejected(Fault.OTHER, True, "refund", "74", reversal=True),
)
BUDI = buyer_of(name="Budi", email="budi@example.id", phone="081200000001")

SOME, WORD, MADE = range(31), range(len(WORDS)), range(3 + len(REFUSALS))
HEARD = (0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)
SECONDS = (1, 11, 31, 76, 700, 3_700, 90_000)
Step = tuple[str, int, int]
Happening = tuple[str, Sequence[int], Sequence[int]]
STEPS: tuple[Happening, ...] = (
    *(("order", SOME, (1, 2)),),
    *(("again", SOME, SOME),),
    *(("deposit", SOME, SOME),),
    *(("claim", (1, 2, 3), SOME),),
    *(("make", SOME, MADE),) * 2,
    *(("make_late", SOME, MADE),),
    *(("open_all", SOME, SOME),),
    *(("pay", SOME, SOME),) * 5,
    *(("hear", SOME, HEARD),) * 3,
    *(("knock", SOME, HEARD),),
    *(("read", SOME, SOME),),
    *(("questions", (1, 2, 3, 4), SOME),),
    *(("answer", SOME, WORD),) * 2,
    *(("answer_late", SOME, WORD),),
    *(("tell", SOME, WORD),) * 3,
    *(("tell_list", SOME, WORD),),
    *(("tell_both", SOME, WORD),) * 2,
    *(("search", SOME, SOME),) * 2,
    *(("apply", (1, 2, 3), SOME),) * 4,
    *(("wait", SECONDS, SOME),) * 2,
    *(("expire", SOME, SOME),) * 2,
    *(("give_up", SOME, SOME),) * 2,
    *(("renew", SOME, SOME),) * 2,
    *(("hasten", SOME, SOME),),
    *(("shelf", (0, 1), SOME),) * 2,
    *(("fees", (0, 1), SOME),),
    *(("supply", SOME, range(len(SUPPLIER))),) * 2,
    *(("decide", range(7), SOME),) * 3,
    *(("crash", (1, 2), (0, 1, 2)),) * 3,
)
"""What can happen, with what it is told; what is named more often happens more often."""


def steps_of(what: Sequence[Happening], dice: bytes) -> list[Step]:
    """Three bytes are a step. A list drawn step by step repeats itself: most of its examples are
    made of pieces of earlier ones."""
    steps: list[Step] = []
    for at in range(0, len(dice) - 2, 3):
        name, ones, twos = what[dice[at] % len(what)]
        steps.append((name, ones[dice[at + 1] % len(ones)], twos[dice[at + 2] % len(twos)]))
    return steps


stories = st.binary(min_size=45, max_size=90).map(partial(steps_of, STEPS))

INVOICES = """
SELECT i.id, i.gateway, i.reference, i.amount, i.session_id, i.fee_on, i.charged
FROM funding.invoices i ORDER BY i.id
"""

PAYMENTS = """
SELECT p.id, p.gateway, p.their_id, p.invoice_id, p.state, p.purpose, p.purpose_id, i.reference,
       i.amount AS asked, i.fee_on, i.charged, coalesce(o.user_id, d.user_id) AS user_id,
       p.refunded_at IS NOT NULL AS refunded
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
LEFT JOIN orders.orders o ON p.purpose = 'order' AND o.id = p.purpose_id
LEFT JOIN funding.deposits d ON p.purpose = 'deposit' AND d.id = p.purpose_id
ORDER BY p.id
"""

CONFIRMED = """
SELECT id, gateway, their_id, invoice_id, state, amount, kept, charged, confirmed_at,
       refunded_at IS NOT NULL AS refunded
FROM funding.payments WHERE confirmed_at IS NOT NULL ORDER BY id
"""

# All that ever came into unapplied and left it, whatever keys it went under.
THROUGH = """
SELECT coalesce(sum(amount) FILTER (WHERE credit = 'unapplied'), 0)::bigint,
       coalesce(sum(amount) FILTER (WHERE debit = 'unapplied'), 0)::bigint
FROM ledger.transfers
"""

OVERDRAWN = "SELECT user_id FROM ledger.wallets WHERE balance < floor"

# Sold: an attempt was written down, so that it is bought.
SOLD_WITHOUT_MONEY = """
SELECT a.reference FROM orders.attempts a WHERE NOT EXISTS (
    SELECT FROM ledger.transfers t WHERE t.key = 'hold:' || a.order_id AND t.credit = 'escrow')
"""

ORDERS = "SELECT id, user_id FROM orders.orders ORDER BY id"
DEPOSITS = "SELECT id FROM funding.deposits ORDER BY id"
DISPUTES = "SELECT id FROM orders.orders WHERE state = 'disputed' ORDER BY id"

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


@dataclass(frozen=True, slots=True)
class Invoice:
    id: int
    gateway: str
    reference: str
    amount: int
    session_id: str | None
    fee_on: str
    charged: int | None

    @property
    def their_id(self) -> str:
        """What its gateway calls the transaction that pays it."""
        return their_id(self.gateway, self.id)


@dataclass(frozen=True, slots=True)
class Payment:
    id: int
    gateway: str
    their_id: str
    invoice_id: int
    state: str
    purpose: str
    purpose_id: int
    reference: str
    asked: int
    fee_on: str
    charged: int | None
    user_id: int
    refunded: bool

    @property
    def question(self) -> Question:
        return Question(
            reference=self.reference,
            their_id=self.their_id,
            amount=Rupiah(self.asked),
            fee_on=FeeOn(self.fee_on),
            charged=None if self.charged is None else Rupiah(self.charged),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """A confirmed payment as the books have it."""

    id: int
    gateway: str
    their_id: str
    invoice_id: int
    state: str
    amount: int
    kept: int
    charged: int | None
    confirmed_at: object
    refunded: bool

    @property
    def money(self) -> tuple[object, ...]:
        """What never changes any more."""
        return (self.their_id, self.amount, self.kept, self.charged, self.confirmed_at)

    def may_become(self, now: Standing) -> bool:
        """What is applied stays so. A person may let a payment be applied; one that its gateway
        gave back waits for a person."""
        held_back = self.state == "unapplied" and now.state == "review" and now.refunded
        return held_back or now.state in NEXT[self.state]


NEXT = {
    "unapplied": {"unapplied", "applied"},
    "review": {"review", "unapplied", "applied"},
    "applied": {"applied"},
}


@dataclass
class PaymentStory:
    """What a sequence has done so far.

    ``asked_for``: invoices of which a call may have left. ``words``: what a gateway has said to
    have been paid, by its id and our invoice. ``links``, ``asked``, ``searches``: claimed and not
    answered yet; ``made``, ``answered``: answered ones.
    """

    counter: Counter
    line: WeakLine
    trusts: bool = False
    paper: PaperWire = field(init=False)
    links: list[Link] = field(default_factory=list)
    made: list[Link] = field(default_factory=list)
    asked: list[Asking] = field(default_factory=list)
    answered: list[Asking] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    calls: list[tuple[str, WireCall]] = field(default_factory=list)
    checkouts: list[Checkout] = field(default_factory=list)
    asked_for: set[int] = field(default_factory=set)
    words: dict[tuple[str, int], list[tuple[int, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    standing: dict[int, Standing] = field(default_factory=dict)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.line.disarm()
        self.paper = PaperWire(self.counter.clock)
        trusted = frozenset({"tripay"} if self.trusts else ())
        funding = replace(self.counter.desk.funding, wire=self.paper, trusted=trusted)
        self.counter.with_rules(funding=funding)

    @property
    def desk(self) -> FundingDesk:
        return self.counter.desk.funding

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

    async def assert_lawful(self, step: object) -> None:
        counter = self.counter
        assert await counter.breaches() == [], step
        async with counter.db.snapshot() as tx:
            sums = await account_sums(tx)
            overdrawn = await tx.rows(OVERDRAWN)
            unheld = await tx.rows(SOLD_WITHOUT_MONEY)
            standing = await tx.records(Standing, CONFIRMED)
            ((came, went),) = await tx.rows(THROUGH)
        assert sum(sums.values()) == 0, step
        assert overdrawn == [], step
        assert unheld == [], step
        self._assert_kept(standing, step)
        assert came == sum(p.amount for p in standing), step
        assert went == sum(p.amount for p in standing if p.state == "applied"), step

    def _assert_kept(self, standing: Sequence[Standing], step: object) -> None:
        """Each transaction once, as its gateway said, and for good."""
        now = {p.id: p for p in standing}
        assert len({(p.gateway, p.their_id) for p in standing}) == len(now), step
        assert self.standing.keys() <= now.keys(), step
        for was in self.standing.values():
            assert now[was.id].money == was.money, step
            assert was.may_become(now[was.id]), (step, was, now[was.id])
        for fresh in now.keys() - self.standing.keys():
            p = now[fresh]
            said = self.words[p.their_id, p.invoice_id]
            assert any(p.amount == a and k in (p.kept, None) for a, k in said), (step, p, said)
        self.standing = now

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

    def _note(self, payment: Payment, state: State) -> None:
        if isinstance(state, Paid | PaidOtherwise):
            kept = None if state.receipt.kept is None else state.receipt.kept.amount
            self.words[payment.their_id, payment.invoice_id].append(
                (state.receipt.amount.amount, kept)
            )

    # What follows.

    async def apply(self, at_once: int, _: int) -> None:
        """Those who apply meet, and each payment is applied by one of them."""
        now = self.counter.clock.now()
        async with self.counter.db.read() as tx:
            orders = await due_payments(tx, Purpose.ORDER, most=100, now=now)
            deposits = await due_payments(tx, Purpose.DEPOSIT, most=100, now=now)
        results = await asyncio.gather(
            *(apply_payments(self.counter.desk, orders) for _ in range(at_once) if orders),
            *(apply_deposits(self.desk, deposits) for _ in range(at_once) if deposits),
            return_exceptions=True,
        )
        for error in results:
            if isinstance(error, BaseException):
                raise error

    async def wait(self, seconds: int, _: int) -> None:
        self.counter.clock.advance(seconds)

    async def expire(self, _: int, __: int) -> None:
        await expire_unpaid(self.counter.desk)
        await expire_deposits(self.desk, GRACE_S)
        await end_overdue(self.counter.desk)

    async def shelf(self, is_open: int, _: int) -> None:
        await (self.counter.opens() if is_open else self.counter.closes())

    async def fees(self, on_buyer: int, which: int) -> None:
        name = ("tripay:*", "ipaymu:*")[which % 2]
        fee_on = FeeOn.BUYER if on_buyer else FeeOn.SHOP
        await set_channel(self.desk, name, is_on=None, fee_on=fee_on, actor="rina")

    async def supply(self, which: int, said: int) -> None:
        """The supplier answers about what is due, or tells about what it had ended."""
        now = self.counter.clock.now()
        claimed = await self.counter.claim(3)
        told = [
            Tidings(c.attempt.id, SUPPLIER[said], Via.PURCHASE, now, c.attempt.fence)
            if c.first
            else Tidings(c.attempt.id, Unknown("timeout"), Via.ENQUIRY, now, c.attempt.fence)
            for c in claimed
        ]
        attempts = await self._rows("SELECT id FROM orders.attempts ORDER BY id")
        if not told and attempts:
            attempt_id = attempts[which % len(attempts)][0]
            told = [Tidings(attempt_id, SUPPLIER[said], Via.CALLBACK, now)]
        await settle_many(self.counter.desk, told)

    async def decide(self, how: int, which: int) -> None:
        """An operator does this wherever it can be done, or, odd as it is, everywhere."""
        for payment in await self._payments():
            rests, is_odd = payment.state in ("review", "unapplied"), which % 4 == 3
            if (rests if how < 2 else payment.refunded) or is_odd:
                with suppress(Refused):
                    await self._decide(payment, how)
        async with self.counter.db.read() as tx:
            owed = await due_refunds(tx)
        for refund in owed if how == 5 else ():
            for _ in range(2):
                await settle_refund(
                    self.desk, refund.id, bank="bca", evidence="bukti transfer", actor="rina"
                )
        for (order_id,) in await self._rows(DISPUTES) if how == 6 else ():
            decision = list(Decision)[which % 3]
            with suppress(Refused):
                await resolve(
                    self.counter.desk, order_id, decision, actor="rina", reason="bukti seller"
                )

    async def _decide(self, payment: Payment, how: int) -> None:
        facts = {"actor": "rina", "reason": "sesuai bukti"}
        if how == 0:
            await release_payment(self.desk, payment.id, user_id=payment.user_id, **facts)
        elif how == 1:
            await accept_payment(self.desk, payment.id, **facts)
        elif how in (2, 3, 4):
            taken = list(TakenFrom)[how - 2]
            await record_reversal(
                self.desk, payment.id, taken_from=taken, user_id=payment.user_id, **facts
            )

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

    # Looking.

    async def _invoices(self) -> list[Invoice]:
        async with self.counter.db.read() as tx:
            return await tx.records(Invoice, INVOICES)

    async def _payments(self) -> list[Payment]:
        async with self.counter.db.read() as tx:
            return await tx.records(Payment, PAYMENTS)

    async def _rows(self, statement: str) -> list[tuple[int, ...]]:
        async with self.counter.db.read() as tx:
            cursor = await tx.connection.execute(statement.encode())
            return await cursor.fetchall()


def their_id(gateway: str, number: int) -> str:
    """As this gateway writes the ids of its transactions."""
    return str(number) if gateway == "ipaymu" else f"DEV-T{number}"
