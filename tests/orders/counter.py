"""A counter whose time stands still: the real acts on a real database, asking a real konter_sim.

Claiming, asking and settling are driven by hand, so that each test decides what overlaps what.
Times are those of a real shop (60 s between two calls, leases of minutes); ``later`` moves our
clock and theirs together.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync import sync_products
from konter.db.batch import Batcher
from konter.db.ids import IdBlocks
from konter.db.pool import CommitObserver, Database
from konter.funding.adjust import adjust
from konter.funding.apply import due_payments
from konter.funding.channels import refresh_channels
from konter.funding.confirm import Told, confirm_many
from konter.funding.states import Purpose
from konter.funding.store import Invoice, latest_invoices
from konter.funding.topup import record_topup
from konter.hooks import inbox, tasks
from konter.jobs.run import Wake
from konter.kernel.books import Breach
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import Heard, WireCall, WireRequest
from konter.ledger.read import account_sum, account_sums, balance
from konter.ledger.wallets import GUEST, open_wallet
from konter.orders.apply import apply_payments
from konter.orders.check import check_books
from konter.orders.checkout import Checkout, Customer, checkout_many
from konter.orders.claim import Claimed, claim
from konter.orders.desk import OrdersDesk, PendingDeadline, Times
from konter.orders.fulfil import fulfil
from konter.orders.guests import new_token
from konter.orders.hear import hear, receive
from konter.orders.place import place_many
from konter.orders.read import OrderView, orders_by_id
from konter.orders.requests import Ask, Placed
from konter.orders.settle import settle_many
from konter.orders.store import ATTEMPT_FIELDS, LOCK_FOR_NEWS, AttemptRow
from konter.orders.tidings import Settled, Tidings
from konter.suppliers import gate
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.desk import SuppliersDesk
from konter.upstreams.gateway_contract import Paid, PaidOtherwise, Receipt
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.wire import StartBy, Wire
from tests.conftest import ManualClock
from tests.funding.desks import funding_desk, gateways_at
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.warm import by_owner, database

ACCOUNT = "digiflazz-main"
SECRET = "rahasia-webhook-01"
GAP_S = 60.0
PRICE, COST = 11_500, 10_000
ONE_OFFER, FOUR_OFFERS = "xld10", "s10"
"""Products. The second may be bought at four SKUs: s10, i10, ax10 and t10."""
BUYER = 1
QRIS, VA = "tripay:QRIS2", "tripay:BRIVA"
RETAIL = 13_000
"""What a guest pays for either product."""
WHO = Customer("Siti Aminah", "siti@example.id", "081234567890")

# Deleted, not truncated: of so few rows that takes a tenth of the time.
EMPTY = """
SET session_replication_role = replica;
DELETE FROM orders.requests;
DELETE FROM orders.buyers;
DELETE FROM orders.orders;
DELETE FROM orders.moves;
DELETE FROM orders.attempts;
DELETE FROM ledger.transfers;
DELETE FROM ledger.wallets;
DELETE FROM hooks.inbox;
DELETE FROM hooks.inbox_contents;
DELETE FROM hooks.notices;
DELETE FROM hooks.tasks;
DELETE FROM hooks.outbox;
DELETE FROM hooks.outbox_queue;
DELETE FROM hooks.receivers;
DELETE FROM suppliers.breakers;
DELETE FROM suppliers.exchanges;
DELETE FROM suppliers.shop_pause;
DELETE FROM orders.checkouts;
DELETE FROM funding.deposits;
DELETE FROM funding.invoices;
DELETE FROM funding.payments;
DELETE FROM funding.refunds;
DELETE FROM funding.refund_accounts;
UPDATE suppliers.accounts SET gate_closed_at = NULL, gate_code = NULL, gate_reason = NULL,
    gate_needs = NULL, paused_at = NULL, paused_by = NULL, deposit = NULL, deposit_at = NULL;
UPDATE funding.channels SET is_on = true, fee_on = 'shop';
UPDATE catalogue.products SET is_active = true, closed_because = NULL
    WHERE code IN ('xld10', 's10');
UPDATE catalogue.offers SET is_open = true, multi = true
    WHERE sku IN ('xld10', 's10', 'i10', 'ax10', 't10');
"""

MORE_OFFERS = """
UPDATE catalogue.offers SET product_id = (SELECT id FROM catalogue.products WHERE code = 's10')
WHERE sku IN ('i10', 'ax10', 't10')
"""

CLOSE = """
UPDATE catalogue.products SET is_active = false, closed_because = 'operator' WHERE code = '{}'
"""
OPEN = """
UPDATE catalogue.products SET is_active = true, closed_because = NULL WHERE code = '{}'
"""

WAITING = """
INSERT INTO funding.payments (id, invoice_id, gateway, their_id, purpose, purpose_id, state,
    next_action_at, created_at)
VALUES (%(id)s, %(invoice_id)s, %(gateway)s, %(their_id)s, 'order', %(order_id)s, 'waiting',
    %(at)s, %(at)s)
"""

ATTEMPTS_OF = "SELECT id FROM orders.attempts WHERE order_id = %(order_id)s ORDER BY number"


class NobodyWakes:
    """The test claims by hand, so a hint is of no use."""

    def due(self) -> None: ...

    def news(self, order_ids: Sequence[int]) -> None: ...

    def told(self) -> None: ...


@dataclass
class Held:
    """A call whose answer the test keeps back. ``answered``: the upstream has spoken."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)


class GatedWire:
    """The real wire, whose answers a test may hold back."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._held: dict[str, Held] = {}

    def hold(self, reference: str) -> Held:
        """The next call about this reference is answered only when it is let go."""
        return self._held.setdefault(reference, Held())

    async def ask(
        self,
        request: WireRequest,
        *,
        account: str,
        purpose: str,
        reference: str | None = None,
        lease: StartBy | None = None,
    ) -> Heard:
        held = self._held.pop(reference or "", None)
        heard = await self._wire.ask(
            request, account=account, purpose=purpose, reference=reference, lease=lease
        )
        if held is not None:
            held.answered.set()
            await held.let_go.wait()
        return heard


@dataclass
class Call:
    """A call under way: asked, heard by us, and not settled before ``end``."""

    claimed: Claimed
    held: Held
    task: asyncio.Task[None]

    async def end(self) -> None:
        self.held.let_go.set()
        await self.task


@dataclass
class Counter:
    desk: OrdersDesk
    clock: ManualClock
    sim: Sim
    wire: GatedWire
    inbox: inbox.InboxDesk
    suppliers: SuppliersDesk
    provider: Digiflazz
    settler: Batcher[Tidings, Settled] = field(init=False)
    asked: int = 0

    def __post_init__(self) -> None:
        self.settler = Batcher(partial(settle_many, self.desk), lanes=2)

    @property
    def db(self) -> Database:
        return self.desk.db

    def with_rules(self, **changes: object) -> None:
        """The same counter under other rules of the shop."""
        self.desk = replace(self.desk, **changes)  # type: ignore[arg-type]
        self.settler = Batcher(partial(settle_many, self.desk), lanes=2)

    async def begin_again(self) -> None:
        """Nothing has happened yet: one buyer with a million, and the deposit that they hold."""
        await by_owner(self.db.conninfo, EMPTY)
        funding, million = self.desk.funding, Rupiah(1_000_000)
        async with self.db.transaction() as tx:
            await open_wallet(tx, user_id=BUYER, at=self.clock.now())
        await adjust(funding, user_id=BUYER, amount=million, reason="modal awal", actor="rina")
        opening = Rupiah((await self.sim.books())["opening"])
        await record_topup(funding, account=ACCOUNT, amount=opening, bank="bca", actor="rina")

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.sim.advance(seconds=seconds)

    # Buying.

    async def product(self, code: str) -> int:
        async with self.db.read() as tx:
            row = await tx.row("SELECT id FROM catalogue.products WHERE code = %s", [code])
        assert row is not None
        return int(row[0])

    async def ask_for(self, to: str, *, product: str = ONE_OFFER, ref_id: str = "") -> Ask:
        self.asked += 1
        return Ask(
            user_id=BUYER,
            product_id=await self.product(product),
            target_id=to,
            server_id=None,
            ref_id=ref_id or f"r{self.asked}",
            pays_reseller_price=True,
        )

    async def place(self, *asks: Ask) -> list[Placed | Exception]:
        return await place_many(self.desk, asks)

    async def buys(self, to: str, *, product: str = ONE_OFFER) -> OrderView:
        """One order, held."""
        (placed,) = await self.place(await self.ask_for(to, product=product))
        assert isinstance(placed, Placed), placed
        return placed.order

    # Buying through a gateway.

    async def check_out(
        self,
        to: str,
        *,
        by: str = QRIS,
        user_id: int = BUYER,
        ref_id: str = "",
        product: str = ONE_OFFER,
    ) -> Checkout:
        ask = await self.ask_for(to, ref_id=ref_id, product=product)
        is_guest = user_id == GUEST
        ask = replace(ask, user_id=user_id, payment_method=by, pays_reseller_price=not is_guest)
        return Checkout(ask, WHO, new_token()[1] if is_guest else None)

    async def checks_out(
        self, to: str, *, by: str = QRIS, user_id: int = BUYER, product: str = ONE_OFFER
    ) -> OrderView:
        """One order, awaiting its payment."""
        asked = await self.check_out(to, by=by, user_id=user_id, product=product)
        (placed,) = await checkout_many(self.desk, [asked])
        assert isinstance(placed, Placed), placed
        return placed.order

    async def bought(self, to: str, *, user_id: int = BUYER) -> OrderView:
        """One order, paid through a gateway and held."""
        order = await self.checks_out(to, user_id=user_id)
        await self.pays(order.id)
        assert await self.apply() == 1
        return await self.order(order.id)

    async def invoices(self) -> int:
        async with self.db.read() as tx:
            row = await tx.row("SELECT count(*) FROM funding.invoices")
        assert row is not None
        return int(row[0])

    async def invoice(self, order_id: int) -> Invoice:
        """The latest of an order."""
        async with self.db.read() as tx:
            return (await latest_invoices(tx, Purpose.ORDER, [order_id]))[order_id]

    async def pays(self, order_id: int, *, more: int = 0, invoice: Invoice | None = None) -> int:
        """The gateway has said that the latest link (or another ``invoice``) is paid, ``more`` than
        was asked; answers the payment, confirmed and not yet applied."""
        asked = invoice or await self.invoice(order_id)
        now = self.clock.now()
        async with self.db.transaction() as tx:
            (payment_id,) = await self.desk.ids.take(tx, 1)
            their_id = f"T{payment_id}"
            await tx.run(
                WAITING,
                {
                    "id": payment_id,
                    "invoice_id": asked.id,
                    "gateway": asked.gateway,
                    "their_id": their_id,
                    "order_id": order_id,
                    "at": now,
                },
            )
        amount = Rupiah(asked.amount + more)
        receipt = Receipt(their_id, amount, kept=Rupiah(800), charged=amount, paid_at=now)
        said = PaidOtherwise(receipt, "another amount") if more else Paid(receipt)
        await confirm_many(self.desk.funding, [Told(payment_id, said, now)])
        return payment_id

    async def apply(self) -> int:
        """Apply the payments that are due; answers how many."""
        async with self.db.read() as tx:
            due = await due_payments(tx, Purpose.ORDER, most=100, now=self.clock.now())
        return await apply_payments(self.desk, due) if due else 0

    # The three beats.

    async def claim(self, most: int = 50) -> list[Claimed]:
        return await claim(self.desk, most)

    async def work(self) -> int:
        """Claim what is due, ask and settle it; answers how many."""
        claimed = await self.claim()
        await asyncio.gather(*(fulfil(self.desk, self.settler, one) for one in claimed))
        return len(claimed)

    async def start(self, claimed: Claimed) -> Call:
        """Ask, and keep the answer back until ``end``."""
        held = self.wire.hold(claimed.attempt.reference)
        task = asyncio.create_task(fulfil(self.desk, self.settler, claimed))
        await held.answered.wait()
        return Call(claimed, held, task)

    async def finish(self, claimed: Claimed) -> None:
        await fulfil(self.desk, self.settler, claimed)

    # Callbacks.

    async def callback(self, reference: str, **said: object) -> None:
        """A webhook about this reference comes in, is kept and is settled."""
        await self.knock(reference, **said)
        await self.read_inbox()

    async def knock(self, reference: str, **said: object) -> None:
        """A webhook is proved and kept, no more. Facts not given are those of their books."""
        known = await self.sim.transaction(reference)
        data: dict[str, object] = {"ref_id": reference, "message": "Transaksi", "tele": "@t"}
        if known is not None:
            data |= {
                "customer_no": known["customer_no"],
                "buyer_sku_code": known["sku"],
                "status": known["status"],
                "rc": known["rc"],
                "sn": known["sn"],
                "price": known["price"],
            }
        body = json.dumps({"data": data | said}).encode()
        signature = "sha1=" + hmac.new(SECRET.encode(), body, "sha1").hexdigest()
        headers = {"x-hub-signature": signature, "x-digiflazz-event": "update"}
        keep = partial(inbox.accept, self.inbox)
        await receive(keep, self.provider, WireCall("POST", "", "", headers, body, "::1"))

    async def read_inbox(self) -> int:
        messages = await inbox.claim(self.inbox, 50, sources=[ACCOUNT])
        await asyncio.gather(*(hear(self.desk, self.settler, m) for m in messages))
        return len(messages)

    # The people of the shop.

    async def pause(self, account: str | None = None) -> None:
        async with self.db.transaction() as tx:
            await gate.pause(tx, account, by="rina", at=self.clock.now())

    async def resume(self, account: str | None = None) -> None:
        async with self.db.transaction() as tx:
            await gate.resume(tx, account)

    async def closes(self, product: str = ONE_OFFER) -> None:
        """The product is not sold any more."""
        await by_owner(self.db.conninfo, CLOSE.format(product))

    async def opens(self, product: str = ONE_OFFER) -> None:
        await by_owner(self.db.conninfo, OPEN.format(product))

    async def gives(self, amount: int) -> None:
        """The buyer's wallet gets so much, or loses it."""
        funding, rupiah = self.desk.funding, Rupiah(amount)
        await adjust(funding, user_id=BUYER, amount=rupiah, reason="koreksi", actor="rina")

    async def spend_all(self) -> None:
        """The buyer's wallet is emptied."""
        await self.gives(-await self.money())

    # Looking.

    async def order(self, order_id: int) -> OrderView:
        async with self.db.read() as tx:
            return (await orders_by_id(tx, [order_id]))[order_id]

    async def state(self, order_id: int) -> str:
        return (await self.order(order_id)).state.value

    async def attempts(self, order_id: int) -> list[AttemptRow]:
        async with self.db.transaction() as tx:
            ids = [row[0] for row in await tx.rows(ATTEMPTS_OF, {"order_id": order_id})]
            rows = await tx.rows(LOCK_FOR_NEWS, {"attempt_ids": ids})
        return [AttemptRow(*row[: len(ATTEMPT_FIELDS)]) for row in rows]

    async def attempt(self, order_id: int) -> AttemptRow:
        """The current one."""
        return next(a for a in await self.attempts(order_id) if a.is_current)

    async def tries(self, order_id: int) -> int:
        async with self.db.read() as tx:
            row = await tx.row("SELECT tries FROM orders.orders WHERE id = %s", [order_id])
        assert row is not None
        return int(row[0])

    async def money(self) -> int:
        async with self.db.read() as tx:
            return (await balance(tx, BUYER)).amount

    async def account(self, name: str) -> int:
        async with self.db.read() as tx:
            return await account_sum(tx, name)

    async def tasks(self) -> set[str]:
        async with self.db.read() as tx:
            return {task.kind for task in await tasks.open_tasks(tx)}

    async def calls(self, reference: str) -> int:
        """How many calls about this reference reached them."""
        return sum(call["ref_id"] == reference for call in await self.sim.calls())

    async def breaches(self) -> list[Breach]:
        return await check_books(self.db)

    async def assert_honest(self) -> None:
        """The laws hold, our account is theirs to the rupiah, and no rule of theirs was broken.

        They hold the price of a pending purchase, which we book when it is delivered.
        """
        assert await self.breaches() == []
        async with self.db.read() as tx:
            sums = await account_sums(tx)
        assert sum(sums.values()) == 0
        books = await self.sim.books()
        formed = books["transactions"]
        pending = sum(row["price"] for row in formed if row["status"] == "Pending")
        assert -sums[f"provider:{ACCOUNT}"] == books["deposit"] + pending
        assert all(row["formed_count"] == 1 for row in formed)
        assert await self.sim.breaches() == []


def provider_at(url: str) -> Digiflazz:
    return Digiflazz(
        DigiflazzSettings(
            username=USERNAME,
            api_key=PROD_KEY,
            base_url=url,
            webhook_secret=SECRET,
            account=ACCOUNT,
            repost_gap_s=GAP_S,
            price_list_gap_s=0,
        )
    )


def suppliers_desk(db: Database, clock: ManualClock, wire: Wire, sim: Sim) -> SuppliersDesk:
    provider = provider_at(sim.digiflazz_url)
    return SuppliersDesk(
        db=db,
        clock=clock,
        wire=wire,
        providers={ACCOUNT: provider},
        low_deposit=Rupiah(100_000),
        list_age=timedelta(0),
    )


async def stock(conninfo: str, sim: Sim) -> None:
    """Once per database: the price list, and a product with four offers."""
    clock = ManualClock()
    db, wire = Database(conninfo), Wire(clock)
    await db.open()
    suppliers = suppliers_desk(db, clock, wire, sim)
    await ensure_accounts(suppliers)
    gateways = gateways_at(sim)
    await refresh_channels(funding_desk(db, clock, ids=IdBlocks(), wire=wire, gateways=gateways))
    catalogue = CatalogueDesk(
        db=db,
        clock=clock,
        ids=IdBlocks(),
        suppliers=suppliers,
        providers=suppliers.providers,
        minimum_margin=Rupiah(100),
        development=False,
    )
    await sync_products(catalogue, account=ACCOUNT)
    async with db.transaction() as tx:
        await tx.run(MORE_OFFERS)
    await wire.close()
    await db.close()


@asynccontextmanager
async def open_counter(
    conninfo: str,
    sim: Sim,
    *,
    observer: CommitObserver | None = None,
    kind: type[Counter] | None = None,
    as_it_is: bool = False,
) -> AsyncIterator[Counter]:
    """A stocked counter with one buyer, on a database made by ``stock``; ``as_it_is``: one more
    beside another, and nothing of what happened is undone."""
    clock = ManualClock()
    real = Wire(clock)
    async with database(conninfo, observer=observer) as db:
        counter = _counter(kind or Counter, db, clock, real, sim)
        try:
            if not as_it_is:
                await counter.begin_again()
            yield counter
        finally:
            await real.close()


def _counter(
    kind: type[Counter], db: Database, clock: ManualClock, real: Wire, sim: Sim
) -> Counter:
    ids, wire = IdBlocks(), GatedWire(real)
    provider = provider_at(sim.digiflazz_url)
    desk = OrdersDesk(
        db=db,
        clock=clock,
        ids=ids,
        wire=wire,
        providers={ACCOUNT: provider},
        hints=NobodyWakes(),
        times=Times(enquiry_min_gap=GAP_S, repeat_gap=GAP_S),
        funding=funding_desk(db, clock, ids=ids, wire=wire, gateways=gateways_at(sim)),
        minimum_margin=Rupiah(100),
        pending_deadline=PendingDeadline.REVIEW,
    )
    mailbox = inbox.InboxDesk(db, clock, ids, Wake())
    return kind(desk, clock, sim, wire, mailbox, suppliers_desk(db, clock, real, sim), provider)
