"""What a story of payments must find in the books after every step: money as its gateway said, and
for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from konter.funding.desk import FundingDesk
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.upstreams.gateway_contract import FeeOn, Paid, PaidOtherwise, Question, State
from tests.funding.paper import WeakLine
from tests.orders.counter import Counter

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
class PaymentBooks:
    """``words``: what a gateway has said to have been paid, by its id and our invoice.
    ``standing``: what was confirmed so far."""

    counter: Counter
    line: WeakLine
    trusts: bool = False
    words: dict[tuple[str, int], list[tuple[int, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    standing: dict[int, Standing] = field(default_factory=dict)

    @property
    def desk(self) -> FundingDesk:
        return self.counter.desk.funding

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

    def _note(self, payment: Payment, state: State) -> None:
        if isinstance(state, Paid | PaidOtherwise):
            kept = None if state.receipt.kept is None else state.receipt.kept.amount
            self.words[payment.their_id, payment.invoice_id].append(
                (state.receipt.amount.amount, kept)
            )

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
