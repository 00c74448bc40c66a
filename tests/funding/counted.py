"""Confirmed payments with their legs in the books, as operators find them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.funding.channels import Way
from konter.funding.desk import FundingDesk
from konter.funding.invoice import Want, write_invoices
from konter.funding.states import Purpose
from konter.funding.store import latest_invoices
from konter.hooks import notices, tasks
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import account_sums
from konter.ledger.wallets import open_wallet
from konter.orders.check import check_books
from konter.upstreams.gateway_contract import Buyer, FeeOn
from konter.upstreams.wire import Wire
from tests.conftest import ManualClock
from tests.funding.desks import funding_desk, gateways_at
from tests.sim_process import Sim

NOWHERE = Sim("http://127.0.0.1:1")
USER = 7
CODE = "TRX-20261116-AB12CD34"

CONFIRM = """
INSERT INTO funding.payments (id, invoice_id, gateway, their_id, purpose, purpose_id, state,
    next_action_at, said, amount, kept, paid_at, confirmed_at, refunded_at, created_at)
SELECT %(id)s, i.id, i.gateway, %(their_id)s, i.purpose, i.purpose_id, %(state)s, %(due)s, 'paid',
    %(amount)s, %(kept)s, %(at)s, %(at)s, %(refunded_at)s, %(at)s
FROM funding.invoices i WHERE i.id = %(invoice_id)s
"""

WAIT = """
INSERT INTO funding.payments (id, invoice_id, gateway, their_id, purpose, purpose_id, state,
    next_action_at, created_at)
SELECT %(id)s, i.id, i.gateway, 'waiting', i.purpose, i.purpose_id, 'waiting', %(at)s, %(at)s
FROM funding.invoices i WHERE i.id = %(invoice_id)s
"""

GIVE_BACK_EARLY = """
UPDATE funding.payments SET state = 'ended', next_action_at = NULL, refunded_at = %(at)s
WHERE id = %(id)s
"""

APPLY = """
UPDATE funding.payments SET state = 'applied', applied_to = 'order', applied_at = %(at)s,
    next_action_at = NULL WHERE id = %(id)s
"""

PAYMENT = """
SELECT state, applied_to, next_action_at, problem FROM funding.payments WHERE id = %(id)s
"""


@dataclass
class Counted:
    """A funding desk, one user with an empty wallet, and payments confirmed by hand."""

    desk: FundingDesk
    clock: ManualClock
    made: int = 0

    @property
    def db(self) -> Database:
        return self.desk.db

    async def payment(
        self,
        state: str = "review",
        *,
        amount: int = 9_000,
        asked: int = 10_000,
        kept: int = 700,
        refunded: bool = False,
        task: str | None = "payment_review",
        purpose: Purpose = Purpose.ORDER,
    ) -> int:
        """Confirmed at Tripay, for a purpose of its own; answers its id."""
        now = self.clock.now()
        self.made += 1
        async with self.db.transaction() as tx:
            (payment_id,) = await self.desk.ids.take(tx, 1)
            facts = {
                "id": payment_id,
                "invoice_id": await self._invoice(purpose, asked),
                "their_id": f"T{self.made}",
                "state": state,
                "due": now if state == "unapplied" else None,
                "amount": amount,
                "kept": kept,
                "at": now,
                "refunded_at": now if refunded else None,
            }
            await tx.run(CONFIRM, facts)
            name, gateway = f"tripay:T{self.made}", "gateway:tripay"
            legs = [(f"payment_fee:{name}", "fees", kept)]
            if amount > kept:
                legs.append((f"payment:{name}", gateway, amount - kept))
            transfers = [self._leg(key, debit, "unapplied", part) for key, debit, part in legs]
            await post(tx, transfers, at=now)
            if task is not None:
                told = tasks.Task(task, f"payment:{payment_id}", "for a person", now)
                await tasks.open_many(tx, [told])
        return payment_id

    async def waiting(self) -> int:
        """A payment that nobody has confirmed."""
        invoice_id = await self._invoice(Purpose.ORDER, 10_000)
        async with self.db.transaction() as tx:
            (payment_id,) = await self.desk.ids.take(tx, 1)
            facts = {"id": payment_id, "invoice_id": invoice_id, "at": self.clock.now()}
            await tx.run(WAIT, facts)
        return payment_id

    async def given_back_early(self) -> int:
        """A payment that its gateway gave back before we heard that it was paid."""
        payment_id, now = await self.waiting(), self.clock.now()
        async with self.db.transaction() as tx:
            await tx.run(GIVE_BACK_EARLY, {"id": payment_id, "at": now})
            told = tasks.Task("gateway_refund", f"payment:{payment_id}", "for a person", now)
            await tasks.open_many(tx, [told])
        return payment_id

    async def applied(self, *, amount: int, kept: int, to: str, refunded: bool = True) -> int:
        """Confirmed, applied to ``to`` (sales, for what was delivered), given back by Tripay."""
        payment_id = await self.payment(
            "unapplied", amount=amount, kept=kept, refunded=refunded, task="gateway_refund"
        )
        now = self.clock.now()
        async with self.db.transaction() as tx:
            transfer = self._leg(f"surcharge:{payment_id}", "unapplied", to, amount)
            await post(tx, [transfer], at=now)
            await tx.run(APPLY, {"id": payment_id, "at": now})
        return payment_id

    async def sums(self) -> dict[str, int]:
        """Every account that is not empty."""
        async with self.db.read() as tx:
            return {name: sum_ for name, sum_ in (await account_sums(tx)).items() if sum_}

    async def state(self, payment_id: int) -> tuple[str, str | None]:
        async with self.db.read() as tx:
            row = await tx.row(PAYMENT, {"id": payment_id})
        assert row is not None
        return row[0], row[1]

    async def transfer(self, key: str) -> dict[str, object]:
        """The transfer under this key."""
        async with self.db.read() as tx:
            rows = await tx.dicts("SELECT * FROM ledger.transfers WHERE key = %s", [key])
        return rows[0]

    async def tasks(self) -> list[str]:
        """``kind subject`` of all that is open."""
        async with self.db.read() as tx:
            return sorted(f"{t.kind} {t.subject}" for t in await tasks.open_tasks(tx))

    async def told(self) -> list[str]:
        """What the user was told, newest first."""
        async with self.db.read() as tx:
            found, _, _ = await notices.of_user(tx, USER, page=1, per_page=9)
        return [notice.message for notice in found]

    async def assert_the_books_are_right(self) -> None:
        assert await check_books(self.db) == []
        assert sum((await self.sums()).values()) == 0

    async def _invoice(self, purpose: Purpose, asked: int) -> int:
        way = Way("tripay", "QRIS2", "QRIS", "QRIS", ZERO, ZERO, ZERO, FeeOn.SHOP)
        async with self.db.transaction() as tx:
            (purpose_id,) = await self.desk.ids.take(tx, 1)
            want = Want(
                purpose=purpose,
                purpose_id=purpose_id,
                way=way,
                price=Rupiah(asked),
                title="Pulsa",
                shown_as=CODE,
                buyer=Buyer("Siti"),
            )
            await write_invoices(self.desk, tx, [want], at=self.clock.now())
        async with self.db.read() as tx:
            return (await latest_invoices(tx, purpose, [purpose_id]))[purpose_id].id

    def _leg(self, key: str, debit: str, credit: str, amount: int) -> Transfer:
        return Transfer(
            key=key,
            kind=key.partition(":")[0],
            debit=debit,
            credit=credit,
            amount=Rupiah(amount),
            happened_at=self.clock.now(),
        )


@asynccontextmanager
async def counted(db: Database, clock: ManualClock) -> AsyncIterator[Counted]:
    """The desk asks nobody: its gateways are nowhere."""
    wire = Wire(clock)
    gateways = gateways_at(NOWHERE)
    desk = funding_desk(db, clock, ids=IdBlocks(), wire=wire, gateways=gateways)
    async with db.transaction() as tx:
        await open_wallet(tx, user_id=USER, at=clock.now())
    yield Counted(desk, clock)
    await wire.close()
