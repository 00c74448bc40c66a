"""A cashier whose time stands still: the room's real acts, asking the simulated gateways.

Nobody hears callbacks here: what comes to be known comes by asking. Claiming, asking and settling
are driven by hand; ``later`` moves our clock and theirs together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from konter.db.ids import IdBlocks
from konter.db.pool import CommitObserver, Database
from konter.funding import check
from konter.funding.ask import Job, ask, claim_questions
from konter.funding.channels import Way
from konter.funding.confirm import Confirmed, Told, confirm_many
from konter.funding.desk import FundingDesk
from konter.funding.invoice import Want, write_invoices
from konter.funding.link import Link, claim_links, make_link
from konter.funding.note import note_transactions
from konter.funding.states import Purpose
from konter.funding.store import Invoice, latest_invoices
from konter.hooks import tasks
from konter.kernel.books import Breach
from konter.kernel.clock import WIB
from konter.kernel.money import ZERO, Rupiah
from konter.kernel.wire_types import WireSilence
from konter.ledger import check as ledger_check
from konter.ledger.read import account_sums
from konter.upstreams.gateway_contract import Buyer, FeeOn, Paid, Receipt, State
from konter.upstreams.wire import StartBy, Wire
from tests.conftest import ManualClock
from tests.funding.desks import funding_desk, gateways_at
from tests.sim_process import Sim, SimGateway
from tests.warm import by_owner, database

PAYMENTS = """
SELECT p.*, i.reference FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
ORDER BY p.id
"""

INVOICES = "SELECT * FROM funding.invoices WHERE id = %(id)s"

CREATIONS = ("/payment", "/payment/direct", "/transaction/create")

# Deleted, not truncated: of so few rows that takes a tenth of the time.
EMPTY = """
SET session_replication_role = replica;
DELETE FROM ledger.transfers;
DELETE FROM ledger.wallets;
DELETE FROM hooks.inbox;
DELETE FROM hooks.inbox_contents;
DELETE FROM hooks.notices;
DELETE FROM hooks.tasks;
DELETE FROM suppliers.exchanges;
DELETE FROM funding.deposits;
DELETE FROM funding.invoices;
DELETE FROM funding.payments;
DELETE FROM funding.refunds;
DELETE FROM funding.refund_accounts;
"""

TAKES_LONG_S = 0.05
"""How long a silence of theirs lasts."""


class Hinted:
    """Which hints were given."""

    def __init__(self) -> None:
        self.due = 0
        self.confirmed = 0
        self.heard: list[int] = []

    def payments_due(self) -> None:
        self.due += 1

    def payments_confirmed(self) -> None:
        self.confirmed += 1

    def news(self, ids: Sequence[int]) -> None:
        self.heard += ids


@dataclass
class Cashier:
    desk: FundingDesk
    clock: ManualClock
    sim: Sim
    hints: Hinted = field(default_factory=Hinted)
    made: int = 0

    def __post_init__(self) -> None:
        self.desk = replace(self.desk, hints=self.hints)

    @property
    def db(self) -> Database:
        return self.desk.db

    def gateway(self, code: str) -> SimGateway:
        return self.sim.ipaymu if code == "ipaymu" else self.sim.tripay

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for gateway in (self.sim.ipaymu, self.sim.tripay):
            await gateway.advance(seconds=seconds)

    # Wanting money.

    async def want(
        self,
        code: str,
        amount: int = 50_000,
        *,
        channel: str | None = None,
        fee_on: FeeOn = FeeOn.SHOP,
        email: str | None = "siti@example.id",
        order_id: int | None = None,
    ) -> Invoice:
        """An invoice that is due to be made. Without a channel: QRIS, at iPaymu their page."""
        channel = channel or (None if code == "ipaymu" else "QRIS2")
        way = Way(code, channel, "QRIS", "QRIS", ZERO, ZERO, ZERO, fee_on)
        self.made += 1
        async with self.db.transaction() as tx:
            if order_id is None:
                (order_id,) = await self.desk.ids.take(tx, 1)
            want = Want(
                purpose=Purpose.ORDER,
                purpose_id=order_id,
                way=way,
                price=Rupiah(amount),
                title="Pulsa",
                shown_as=f"TRX-{self.made:04}",
                buyer=Buyer("Siti", email, "081200000001"),
            )
            await write_invoices(self.desk, tx, [want], at=self.clock.now())
        return await self.latest(order_id)

    async def opened(self, code: str, amount: int = 50_000, **wish: Any) -> Invoice:
        """An invoice whose link has been made."""
        invoice = await self.want(code, amount, **wish)
        await self.make()
        return await self.latest(invoice.purpose_id)

    # The beats.

    async def claim_links(self) -> list[Link]:
        return await claim_links(self.desk, 50)

    async def make(self) -> int:
        """Make the links that are due; answers how many calls that took."""
        links = await self.claim_links()
        await asyncio.gather(*(make_link(self.desk, link) for link in links))
        return len(links)

    async def finish(self, link: Link) -> None:
        """Beats 2 and 3 of one claimed link."""
        await make_link(self.desk, link)

    async def send_only(self, link: Link) -> None:
        """Beat 2 of making a link, whose answer is lost with the process that waits for it."""
        gateway = self.desk.gateways[link.gateway]
        request = gateway.create(link.ask, self.clock.now())
        lease = StartBy(link.start_by)
        heard = await self.desk.wire.ask(
            request, account=link.gateway, purpose="create", lease=lease
        )
        assert not isinstance(heard.said, WireSilence)

    async def claim(self) -> list[Job]:
        return await claim_questions(self.desk, 50)

    async def do(self, job: Job) -> None:
        """Ask one claimed question and settle its answer."""
        await ask(self.desk, job)

    async def ask(self) -> int:
        """Ask the questions that are due; answers how many there were."""
        jobs = await self.claim()
        await asyncio.gather(*(ask(self.desk, job) for job in jobs))
        return len(jobs)

    async def ask_until_quiet(self) -> None:
        """Searches, and questions about what they found."""
        while await self.ask():
            pass

    async def hear_of(self, invoice: Invoice, *their_ids: str) -> int:
        """Hints come in."""
        async with self.db.transaction() as tx:
            found = [(invoice.id, their_id) for their_id in their_ids]
            return await note_transactions(self.desk, tx, found, at=self.clock.now())

    async def told(self, payment_id: int, state: State, **facts: Any) -> Confirmed:
        """The gateway's word about a payment."""
        told = Told(payment_id, state, self.clock.now(), **facts)
        (result,) = await confirm_many(self.desk, [told])
        assert isinstance(result, Confirmed), result
        return result

    # Looking.

    async def latest(self, order_id: int) -> Invoice:
        async with self.db.read() as tx:
            return (await latest_invoices(tx, Purpose.ORDER, [order_id]))[order_id]

    async def row(self, invoice: Invoice) -> dict[str, Any]:
        """The invoice's whole row as it stands."""
        async with self.db.read() as tx:
            (row,) = await tx.dicts(INVOICES, {"id": invoice.id})
        return row

    async def payments(self, invoice: Invoice | None = None) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            rows = await tx.dicts(PAYMENTS)
        return [row for row in rows if invoice is None or row["invoice_id"] == invoice.id]

    async def payment(self, invoice: Invoice) -> dict[str, Any]:
        """The only one of this invoice."""
        (row,) = await self.payments(invoice)
        return row

    async def sums(self) -> dict[str, int]:
        """Every account that is not empty."""
        async with self.db.read() as tx:
            return {name: total for name, total in (await account_sums(tx)).items() if total}

    async def tasks(self) -> list[str]:
        async with self.db.read() as tx:
            return sorted(task.kind for task in await tasks.open_tasks(tx))

    async def breaches(self) -> list[Breach]:
        async with self.db.snapshot() as tx:
            return [*await ledger_check.breaches(tx), *await check.breaches(tx)]

    async def creations(self, invoice: Invoice) -> int:
        """How many creations under its reference reached the gateway."""
        calls = await self.gateway(invoice.gateway).calls()
        return sum(
            call["reference"] == invoice.reference and call["path"].endswith(CREATIONS)
            for call in calls
        )

    async def questions(self, code: str) -> int:
        """How many about single transactions reached the gateway."""
        ends = ("/transaction", "/transaction/detail")
        return sum(call["path"].endswith(ends) for call in await self.gateway(code).calls())

    async def assert_honest(self) -> None:
        """The laws hold, and no rule of the gateways was broken."""
        assert await self.breaches() == []
        assert sum((await self.sums()).values()) == 0
        for gateway in (self.sim.ipaymu, self.sim.tripay):
            assert await gateway.breaches() == []


def paid(
    amount: int = 50_000,
    *,
    kept: int | None = 350,
    charged: int | None = None,
    their_id: str = "X1",
) -> Paid:
    """Paid in full, as a gateway may say it."""
    left = None if kept is None else Rupiah(kept)
    return Paid(Receipt(their_id, Rupiah(amount), left, charged=Rupiah(charged or amount)))


def noon() -> tuple[datetime, float]:
    """The next noon in WIB, and how many seconds ahead it is: a day's end is then far away."""
    now = datetime.now(UTC).replace(microsecond=0)
    today = now.astimezone(WIB).replace(hour=12, minute=0, second=0)
    then = today if today > now else today + timedelta(days=1)
    return then.astimezone(UTC), (then - now).total_seconds()


async def begin_again(conninfo: str, sim: Sim) -> None:
    """Books and gateways are empty; callbacks find nobody, and silence is short."""
    await by_owner(conninfo, EMPTY)
    for gateway in (sim.ipaymu, sim.tripay):
        await gateway.reset(callback_delay_ms=0, silence_seconds=TAKES_LONG_S)


@asynccontextmanager
async def open_cashier(
    conninfo: str, sim: Sim, *, observer: CommitObserver | None = None
) -> AsyncIterator[Cashier]:
    """Both gateways new, their clocks and ours at noon, nothing sold: on a database that no other
    test uses meanwhile."""
    start, ahead = noon()
    clock, ids = ManualClock(start), IdBlocks()
    wire = Wire(clock)
    async with database(conninfo, observer=observer) as db:
        await begin_again(conninfo, sim)
        for gateway in (sim.ipaymu, sim.tripay):
            await gateway.advance(seconds=ahead)
        try:
            desk = funding_desk(db, clock, ids=ids, wire=wire, gateways=gateways_at(sim))
            yield Cashier(desk, clock, sim)
        finally:
            await wire.close()
