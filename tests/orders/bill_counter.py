"""The hand-driven counter that also checks and pays bills, at the same Digiflazz account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync_bills import sync_bills
from konter.db.ids import IdBlocks
from konter.db.pool import CommitObserver, Database
from konter.kernel.errors import KonterError
from konter.kernel.money import Rupiah
from konter.orders.bill_asks import BillAsk, BillPayment
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.check_bill import check_bill
from konter.orders.desk import BillRules
from konter.orders.pay_bill import PaidBill, pay_bill
from konter.people.desk import MemberRules
from konter.people.members import Limits, Member, nobody
from konter.people.permits import Person, Role
from konter.people.vault import Vault
from konter.upstreams.providers.digiflazz import DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from konter.upstreams.wire import Wire
from tests.conftest import ManualClock
from tests.orders.counter import (
    ACCOUNT,
    BUYER,
    GAP_S,
    SECRET,
    Counter,
    open_counter,
    stock,
    suppliers_desk,
)
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.warm import by_owner

PLN = "pln"
HOUSE = "530012347777"
"""A number of PLN that owes BILL for one month; what follows is what that means."""
BILL, ADMIN, COMMISSION = 100_000, 2_750, 1_800
TOTAL = BILL + ADMIN
COST = TOTAL - COMMISSION

DAY_S = 86_400

RULES = BillRules(between_tries=0, wait_for_another=1)

EMPTY_BILLS = """
SET session_replication_role = replica;
DELETE FROM orders.bills;
DELETE FROM orders.bill_claims;
DELETE FROM orders.bill_checks;
DELETE FROM people.attempts;
UPDATE catalogue.bill_products SET is_active = true, fee = 0;
"""

CHECKS = "SELECT reference, asked_at, took_ms, outcome FROM orders.bill_checks ORDER BY number"


def member(user_id: int = BUYER, **limits: Any) -> Member:
    """The counter's buyer as a member."""
    anybody = nobody(Vault(lambda: "x" * 40), MemberRules())
    person = Person(user_id, "toko@contoh.id", "Toko", Role.RESELLER)
    return replace(anybody, person=person, limits=replace(Limits(600, None, None, None), **limits))


class BillCounter(Counter):
    """A counter whose customers have bills."""

    async def begin_again(self) -> None:
        await by_owner(self.db.conninfo, EMPTY_BILLS)
        await super().begin_again()
        await self._same_hour()
        await self.sim.owe(PLN, HOUSE, BILL)

    async def _same_hour(self) -> None:
        """Their day begins when ours does: a check and its payment must be of one date there."""
        theirs = await self.sim.advance()
        await self.sim.advance(seconds=(self.clock.now() - theirs).total_seconds() % DAY_S)

    def ask(self, ref_id: str = "b1", number: str = HOUSE, **facts: Any) -> BillAsk:
        who, code = facts.pop("who", None) or member(), facts.pop("product", PLN)
        return BillAsk(who, code, number, ref_id, **facts)

    async def checks(self, ref_id: str = "b1", number: str = HOUSE, **facts: Any) -> BillView:
        return await check_bill(self.desk, self.ask(ref_id, number, **facts))

    async def finds(self, ref_id: str = "b1", number: str = HOUSE, **facts: Any) -> BillView:
        found = await self.checks(ref_id, number, **facts)
        assert found.is_found, found
        return found

    def payment(self, bill: BillView, **facts: Any) -> BillPayment:
        who = facts.pop("who", None) or member()
        payment = BillPayment(
            who, bill.product_code, bill.customer_no, bill.ref_id, bill.amount or 0
        )
        return replace(payment, **facts)

    async def pays_bill(self, bill: BillView, **facts: Any) -> PaidBill:
        return await pay_bill(self.desk, self.payment(bill, **facts))

    async def takes(self, ref_id: str = "b1", number: str = HOUSE, **facts: Any) -> PaidBill:
        """Checked, and its payment taken."""
        return await self.pays_bill(await self.finds(ref_id, number, **facts))

    async def says(self, bill: BillView, **facts: Any) -> str:
        """In a word: taken, again, or the code of the refusal."""
        try:
            paid = await self.pays_bill(bill, **facts)
        except KonterError as refusal:
            return refusal.code
        return "again" if paid.replayed else "taken"

    async def bill(self, ref_id: str = "b1") -> BillView | None:
        async with self.db.read() as tx:
            return await bill_by_ref(tx, BUYER, ref_id)

    async def tries_made(self) -> list[tuple[Any, ...]]:
        async with self.db.read() as tx:
            return await tx.rows(CHECKS)

    async def commands(self) -> list[str]:
        """What was asked at their door about bills, in order."""
        return [str(call["command"]) for call in await self.sim.calls() if call["command"]]

    async def work_on(self, seconds: float) -> None:
        """Work, wait so long, and work again."""
        await self.work()
        await self.later(seconds)
        await self.work()


def settings_at(url: str) -> DigiflazzSettings:
    return DigiflazzSettings(
        username=USERNAME,
        api_key=PROD_KEY,
        base_url=url,
        webhook_secret=SECRET,
        account=ACCOUNT,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
        check_timeout_s=0.4,
        purchase_timeout_s=0.6,
    )


async def stock_bills(conninfo: str, sim: Sim) -> None:
    """Once per database: goods, and what bills can be paid."""
    await stock(conninfo, sim)
    clock = ManualClock()
    db, wire = Database(conninfo), Wire(clock)
    await db.open()
    billers = {ACCOUNT: DigiflazzBills(settings_at(sim.digiflazz_url))}
    suppliers = replace(suppliers_desk(db, clock, wire, sim), billers=billers)
    catalogue = CatalogueDesk(
        db=db,
        clock=clock,
        ids=IdBlocks(),
        suppliers=suppliers,
        providers=suppliers.providers,
        minimum_margin=Rupiah(100),
        development=False,
    )
    await sync_bills(catalogue, account=ACCOUNT)
    await wire.close()
    await db.close()


@asynccontextmanager
async def open_bill_counter(
    conninfo: str, sim: Sim, *, observer: CommitObserver | None = None, as_it_is: bool = False
) -> AsyncIterator[BillCounter]:
    """On a database made by ``stock_bills``; ``as_it_is``: nothing of what happened is undone."""
    given: dict[str, Any] = {"observer": observer, "kind": BillCounter, "as_it_is": as_it_is}
    async with open_counter(conninfo, sim, **given) as counter:
        assert isinstance(counter, BillCounter)
        biller = DigiflazzBills(settings_at(sim.digiflazz_url))
        counter.with_rules(billers={ACCOUNT: biller}, bills=RULES)
        yield counter
