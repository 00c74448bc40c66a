"""A bill at OkeConnect: asked about under one code, paid under another, and never paid twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from konter.catalogue.bill_products import list_bill_products
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.sync_bills import sync_bills
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.funding.topup import record_topup
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from konter.orders.bill_store import BillState
from konter.orders.end import Verdict, end
from konter.orders.pay_bill import PaidBill
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.desk import SuppliersDesk
from konter.upstreams.biller_contract import BillProblem
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from konter.upstreams.providers.okeconnect_bills import OkeconnectBills
from konter.upstreams.wire import Wire
from tests.conftest import ManualClock, cloned
from tests.orders.bill_counter import RULES, BillCounter, stock_bills
from tests.orders.conftest import OPTIONS
from tests.orders.counter import by_owner, open_counter, suppliers_desk
from tests.orders.two_suppliers import OKE, PROVES_S
from tests.sim_process import (
    OKECONNECT_MEMBER_ID,
    OKECONNECT_PASSWORD,
    OKECONNECT_PIN,
    Sim,
    SimOkeconnect,
)

LIGHT, HOUSE = "BPLA", "530012347777"
"""A number of PLN that owes BILL; what follows is what that means there."""
BILL, ADMIN, FEE, COMMISSION = 100_000, 2_750, 200, 1_150
TOTAL = BILL + ADMIN
PRICE, COST = TOTAL + FEE, TOTAL - COMMISSION
GAP_S = 60
TOLD = {"do": "success"}

WITH_FEE = f"UPDATE catalogue.bill_products SET fee = {FEE}"
NO_FEE = "UPDATE catalogue.bill_products SET fee = 0"


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
    await sim.reset(**OPTIONS)
    await sim.okeconnect.reset()
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


@pytest.fixture(scope="session")
def stocked_with_their_bills(
    server_conninfo: str, template: str, sim_process: Sim
) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        asyncio.run(stock_their_bills(fresh, sim_process))
        yield fresh


@pytest.fixture
async def bills(stocked_with_their_bills: str, sim: Sim) -> AsyncIterator[OkeBills]:
    oke = sim.okeconnect
    await oke.reset(callback_delay_ms=0, inquiry_at_once=True, silence_seconds=1)
    async with open_counter(stocked_with_their_bills, sim, kind=OkeBills) as counter:
        assert isinstance(counter, OkeBills)
        await oke.advance(to=counter.clock.now().isoformat())
        counter.suppliers = with_okeconnect(counter.suppliers, oke)
        both, billers = counter.suppliers.providers, counter.suppliers.billers
        counter.with_rules(providers=both, billers=billers, bills=RULES)
        yield counter


async def test_checked_under_one_code_and_paid_under_the_other_by_a_reference_of_its_own(
    bills: OkeBills,
) -> None:
    found = await bills.finds(product=LIGHT)
    assert (found.amount, found.admin_fee, found.total) == (BILL, ADMIN + FEE, PRICE)
    assert (found.biller, found.customer_name is not None) == ("pln", True)
    paid = await bills.pays_bill(found)
    await bills.work()
    await bills.decided((await bills.attempt(paid.order.id)).reference)
    await bills.later(GAP_S)
    await bills.work()
    order = await bills.order(paid.order.id)
    assert order.state == "delivered" and order.serial
    ((checked_as, *_),) = await bills.tries_made()
    attempt = await bills.attempt(order.id)
    assert attempt.reference.startswith(f"{checked_as}-2")
    formed = (await bills.oke.books())["transactions"]
    assert [(row["ref_id"], row["product"]) for row in formed] == [
        (checked_as, "CPLA"),
        (attempt.reference, LIGHT),
    ]
    assert await bills.door() == [("purchase", "CPLA"), ("purchase", LIGHT), ("check", LIGHT)]
    assert (await bills.account("cost"), await bills.account("sales")) == (-COST, PRICE)
    await bills.assert_honest()


async def test_after_an_unclear_check_the_payment_has_yet_another_reference(
    bills: OkeBills,
) -> None:
    await bills.oke.bill("PLA", HOUSE, amount=BILL)
    await bills.oke.script(HOUSE, sale=[{"do": "http", "status": 502}, TOLD])
    paid = await bills.takes(product=LIGHT)
    await bills.work()
    references = {row[0] for row in await bills.tries_made()}
    attempt = await bills.attempt(paid.order.id)
    assert len(references) == 2 and attempt.reference not in references
    assert attempt.reference.startswith(f"{paid.order.code}-3")
    assert await bills.state(paid.order.id) == "delivered"
    await bills.assert_honest()


async def test_a_refused_payment_gives_the_whole_price_back(bills: OkeBills) -> None:
    paid = await bills.took({"do": "fail", "reason": "Tagihan sudah terbayar"})
    assert await bills.state(paid.order.id) == "failed"
    assert (await bills.money(), await bills.account("escrow")) == (1_000_000, 0)
    assert len(await bills.attempts(paid.order.id)) == 1
    await bills.assert_honest()


@pytest.mark.parametrize(
    "lost",
    [
        {"do": "silence", "commit": True},
        {"do": "http", "status": 502, "commit": True},
        {"do": "text", "body": "Sistem sibuk", "commit": True},
        {"do": "twist", "half": True},
        {"do": "twist", "ref_id": "bukan-ref-anda", "at_once": True},
    ],
    ids=lambda lost: f"{lost['do']}{len(lost)}",
)
async def test_a_payment_whose_answer_was_lost_is_asked_about_and_never_paid_again(
    bills: OkeBills, lost: dict[str, Any]
) -> None:
    paid = await bills.took(lost)
    assert await bills.state(paid.order.id) == "sent"
    await bills.later(GAP_S)
    await bills.work()
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.door() == [("purchase", "CPLA"), ("purchase", LIGHT), ("check", LIGHT)]
    assert await bills.account("cost") == -COST
    await bills.assert_honest()


async def test_a_payment_that_never_came_is_given_back_once_they_keep_knowing_nothing(
    bills: OkeBills,
) -> None:
    paid = await bills.took({"do": "silence"})
    for _ in range(5):
        assert await bills.state(paid.order.id) == "sent"
        await bills.later(PROVES_S / 4)
        await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert await bills.money() == 1_000_000
    assert (await bills.door()).count(("purchase", LIGHT)) == 1
    await bills.assert_honest()


async def test_an_older_payment_in_the_way_is_for_a_person(bills: OkeBills) -> None:
    """Their guard tells of it as of a success; nothing was paid for us."""
    paid = await bills.took({"do": "duplicate"}, TOLD, checks=[{"do": "duplicate"}])
    for _ in range(3):
        await bills.later(600)
        await bills.work()
    assert await bills.state(paid.order.id) == "sent"
    assert "review" in await bills.tasks()
    assert await bills.says(await bills.finds("b2", product=LIGHT)) == "bill_being_paid"
    await end(bills.desk, paid.order.id, Verdict.FAILED, actor="rina", reason="dilihat di panel")
    assert await bills.money() == 1_000_000
    await bills.assert_honest()


async def test_a_bill_that_grew_is_paid_and_a_person_looks(bills: OkeBills) -> None:
    paid = await bills.took(TOLD, bill="grown")
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.account("cost") == -(COST + 10_000)
    assert await bills.tasks() == {"dear_cost"}
    await bills.assert_honest()


async def test_without_a_fee_there_is_no_margin_that_is_certain(bills: OkeBills) -> None:
    """The commission may come later or not at all, so what is owed counts as the cost."""
    await by_owner(bills.db.conninfo, NO_FEE)
    assert await bills.says(await bills.finds(product=LIGHT)) == "bill_too_dear"
    assert await bills.money() == 1_000_000


async def test_an_inquiry_that_is_answered_later_is_unclear(bills: OkeBills) -> None:
    await bills.oke.options(inquiry_at_once=False)
    unclear = await bills.checks(product=LIGHT)
    assert unclear.state is BillState.UNCLEAR
    assert len(await bills.tries_made()) == RULES.tries
    await bills.oke.options(inquiry_at_once=True)
    assert (await bills.checks(product=LIGHT)).is_found
    await bills.assert_honest()


@pytest.mark.parametrize(
    ("number", "state", "problem"),
    [
        ("530012346601", BillState.REFUSED, BillProblem.NOT_FOUND),
        ("530012346602", BillState.REFUSED, BillProblem.ALREADY_PAID),
        ("530012346604", BillState.UNCLEAR, None),
        ("530012344041", BillState.REFUSED, BillProblem.SUPPLIER),
        ("530012344055", BillState.REFUSED, BillProblem.OFFER),
        ("530012345006", BillState.UNCLEAR, None),
        ("530012345020", BillState.UNCLEAR, None),
    ],
)
async def test_there_is_no_bill_only_where_they_say_so(
    bills: OkeBills, number: str, state: BillState, problem: BillProblem | None
) -> None:
    told = await bills.checks(number=number, product=LIGHT)
    assert (told.state, told.problem) == (state, problem)
    assert await bills.money() == 1_000_000
    await bills.assert_honest()


async def test_a_fine_is_a_part_of_the_amount(bills: OkeBills) -> None:
    found = await bills.finds(number="530012346603", product=LIGHT)
    assert found.admin_fee == ADMIN + FEE and found.details == {"denda": 5_000}
    assert found.amount is not None and found.total == found.amount + found.admin_fee
