"""The counter whose customers have bills at OkeConnect too, and how a test opens one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from konter.catalogue.bill_products import list_bill_products
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync_bills import sync_bills
from konter.db.ids import IdBlocks
from konter.db.pool import CommitObserver, Database
from konter.funding.adjust import adjust
from konter.funding.topup import record_topup
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.ledger.wallets import open_wallet
from konter.orders.pay_bill import PaidBill
from konter.people.members import Member
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.desk import SuppliersDesk
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from konter.upstreams.providers.okeconnect_bills import OkeconnectBills
from konter.upstreams.wire import Wire
from tests.conftest import ManualClock
from tests.orders.bill_counter import RULES, BillCounter, member, stock_bills
from tests.orders.counter import open_counter, suppliers_desk
from tests.orders.two_suppliers import OKE, PROVES_S
from tests.sim_process import (
    OKECONNECT_MEMBER_ID,
    OKECONNECT_PASSWORD,
    OKECONNECT_PIN,
    Sim,
    SimOkeconnect,
)
from tests.warm import by_owner

LIGHT, HOUSE = "BPLA", "530012347777"
"""A number of PLN that owes BILL; what follows is what that means there."""
BILL, ADMIN, FEE, COMMISSION = 100_000, 2_750, 200, 1_150
TOTAL = BILL + ADMIN
PRICE, COST = TOTAL + FEE, TOTAL - COMMISSION
TOLD = {"do": "success"}

QUICK = replace(RULES, look_up_for=0.3)
RIVAL = 2
MONEY = 1_000_000

WITH_FEE = f"UPDATE catalogue.bill_products SET fee = {FEE}"


class OkeBills(BillCounter):
    """A counter whose customers have bills that OkeConnect collects."""

    @property
    def oke(self) -> SimOkeconnect:
        return self.sim.okeconnect

    async def begin_again(self) -> None:
        await super().begin_again()
        await by_owner(self.db.conninfo, WITH_FEE)
        await self.owes(HOUSE)
        opening = Rupiah((await self.oke.books())["opening"])
        funding = self.desk.funding
        await record_topup(funding, account=OKE, amount=opening, bank="bca", actor="rina")

    async def with_rival(self) -> Member:
        """Another member with as much money."""
        async with self.db.transaction() as tx:
            await open_wallet(tx, user_id=RIVAL, at=self.clock.now())
        given: dict[str, Any] = {"reason": "modal awal", "actor": "rina"}
        funding = self.desk.funding
        await adjust(funding, user_id=RIVAL, amount=Rupiah(MONEY), **given)
        return member(user_id=RIVAL)

    async def later(self, seconds: float) -> None:
        await super().later(seconds)
        await self.oke.advance(seconds=seconds)

    async def owes(self, number: str, *paid: dict[str, Any], **plan: Any) -> None:
        """Its inquiry is answered at once; then its payment plays ``paid``."""
        await self.oke.bill("PLA", number, amount=BILL)
        if paid or plan:
            await self.oke.script(number, sale=[TOLD, *paid], **plan)

    async def took(self, *paid: dict[str, Any], **plan: Any) -> PaidBill:
        """Checked, its payment taken and sent, which is answered so."""
        await self.owes(HOUSE, *paid, **plan)
        taken = await self.takes(product=LIGHT)
        assert await self.work() == 1
        return taken

    async def decided(self, reference: str) -> None:
        """Until they have decided about it, which takes them a moment."""
        for _ in range(100):
            known = await self.oke.transaction(reference)
            if known is not None and known["state"] != "Menunggu":
                return
            await asyncio.sleep(0.01)

    async def door(self) -> list[tuple[str, str]]:
        """What was asked at their door, and of which code, in order."""
        kinds = ("purchase", "check")
        return [(c["kind"], c["product"]) for c in await self.oke.calls() if c["kind"] in kinds]

    async def assert_honest(self, *, except_breaches: tuple[str, ...] = ()) -> None:
        await super().assert_honest()
        async with self.db.read() as tx:
            sums = await account_sums(tx)
        books = await self.oke.books()
        pending = sum(row["price"] for row in books["transactions"] if row["state"] == "Menunggu")
        assert -sums[f"provider:{OKE}"] == books["deposit"] + pending
        assert all(row["formed_count"] == 1 for row in books["transactions"])
        broken = {one["rule"] for one in await self.oke.breaches()}
        assert broken <= set(except_breaches)


def settings_at(oke: SimOkeconnect) -> OkeconnectSettings:
    return OkeconnectSettings(
        OKECONNECT_MEMBER_ID,
        OKECONNECT_PIN,
        OKECONNECT_PASSWORD,
        base_url=oke.url,
        price_list_url=oke.price_list_url,
        account=OKE,
        purchase_timeout_s=0.6,
        enquiry_timeout_s=0.6,
        check_timeout_s=0.4,
        absence_proves_s=PROVES_S,
        price_list_gap_s=0,
    )


def with_okeconnect(desk: SuppliersDesk, oke: SimOkeconnect) -> SuppliersDesk:
    settings = settings_at(oke)
    providers = {**desk.providers, OKE: Okeconnect(settings)}
    return replace(desk, providers=providers, billers={OKE: OkeconnectBills(settings)})


async def stock_their_bills(conninfo: str, sim: Sim) -> None:
    """Once per database, after Digiflazz's."""
    await stock_bills(conninfo, sim)
    clock = ManualClock()
    db, wire = Database(conninfo), Wire(clock)
    await db.open()
    suppliers = with_okeconnect(suppliers_desk(db, clock, wire, sim), sim.okeconnect)
    await ensure_accounts(suppliers)
    ids, margin = IdBlocks(), Rupiah(100)
    catalogue = CatalogueDesk(
        db, clock, ids, suppliers, suppliers.providers, minimum_margin=margin, development=False
    )
    report = await sync_bills(catalogue, account=OKE)
    assert (report.created, report.unreadable) == (5, ())
    keys = {one.code: (one.biller, one.account) for one in await list_bill_products(catalogue)}
    assert {code: keys[code] for code in ("pln", LIGHT, "BBPJS", "BHOME", "BPAM225")} == {
        "pln": ("pln", "digiflazz-main"),
        LIGHT: ("pln", OKE),
        "BBPJS": ("bpjs-kesehatan", OKE),
        "BHOME": ("multifinance:homecredit", OKE),
        "BPAM225": ("pdam:kabbandung", OKE),
    }
    await wire.close()
    await db.close()


@asynccontextmanager
async def open_oke_bills(
    conninfo: str, sim: Sim, *, observer: CommitObserver | None = None, **options: Any
) -> AsyncIterator[OkeBills]:
    """On a database made by ``stock_their_bills``; ``options``: of their simulator."""
    oke = sim.okeconnect
    await oke.reset(callback_delay_ms=0, silence_seconds=1, **options)
    async with open_counter(conninfo, sim, observer=observer, kind=OkeBills) as counter:
        assert isinstance(counter, OkeBills)
        await oke.advance(to=counter.clock.now().isoformat())
        counter.suppliers = with_okeconnect(counter.suppliers, oke)
        both, billers = counter.suppliers.providers, counter.suppliers.billers
        counter.with_rules(providers=both, billers=billers, bills=QUICK)
        yield counter
