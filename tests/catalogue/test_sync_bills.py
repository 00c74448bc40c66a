"""What bills can be paid follows the list; whose they are and our fee follow a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from konter.catalogue.bill_fees import (
    BillFee,
    NoSuchBiller,
    drop_bill_fee,
    list_bill_fees,
    set_bill_fee,
)
from konter.catalogue.bill_products import (
    NoSuchBill,
    Said,
    bill_product,
    list_bill_products,
    set_biller,
    switch_bill,
)
from konter.catalogue.billers import BillKind
from konter.catalogue.chores import entries
from konter.catalogue.desk import CatalogueDesk, bill_accounts_named
from konter.catalogue.lock import CatalogueBusy, take_turn
from konter.catalogue.sync import PriceListBroken
from konter.catalogue.sync_bills import sync_bills
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from konter.suppliers.bill_list import fetch_bill_list
from konter.suppliers.desk import NoSuchAccount
from konter.suppliers.price_list import PriceListTooSoon, fetch_price_list
from tests.catalogue.bill_shelf import (
    AETRA,
    BPJS,
    PLN,
    SHELF,
    bill,
    bills_desk,
    clear,
    lists,
    row,
    synced,
    versions,
)
from tests.conftest import ManualClock
from tests.landlord import lent
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT


@pytest.fixture(scope="module")
def shared(server_conninfo: str, template: str) -> Iterator[str]:
    with lent(server_conninfo, template) as conninfo:
        yield conninfo


@pytest.fixture
async def db(shared: str) -> AsyncIterator[Database]:
    clear(shared)
    database = Database(shared, max_size=2)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def desk(db: Database, clock: ManualClock, ids: IdBlocks) -> AsyncIterator[CatalogueDesk]:
    async with bills_desk(db, clock, ids) as made:
        yield made


async def test_a_first_sync_creates_what_is_open(desk: CatalogueDesk) -> None:
    shut = row("tv", "Transvision", "TV PASCABAYAR", seller_product_status=False)
    report = await synced(desk, *SHELF, shut)
    assert (report.open, report.created, report.skipped, report.changed) == (3, 3, 1, 0)
    assert report.unreadable == report.thin == ()
    found = await bill(desk, "aetra")
    assert (found.biller, found.kind, found.admin, found.commission, found.fee) == (
        "pdam:aetra",
        BillKind.WATER,
        Rupiah(2_000),
        Rupiah(550),
        Rupiah(0),
    )
    assert found.is_open and found.seen_at == desk.clock.now() == found.first_seen_at
    assert (found.account, found.sku) == (ACCOUNT, "aetra")


async def test_a_second_sync_rewrites_no_row_and_says_when_it_was_seen(
    desk: CatalogueDesk, clock: ManualClock
) -> None:
    await synced(desk, *SHELF)
    before = await versions(desk)
    clock.advance(86_400)
    report = await synced(desk, *SHELF)
    assert (report.open, report.created, report.changed) == (3, 0, 0)
    assert await versions(desk) == before
    assert (await bill(desk, "pln")).seen_at == clock.now()


async def test_what_the_list_changes_changes_here_and_nothing_of_ours(desk: CatalogueDesk) -> None:
    await synced(desk, *SHELF)
    await switch_bill(desk, "pln", on=False)
    report = await synced(desk, {**PLN, "admin": 3_000, "commission": 900}, AETRA, BPJS)
    assert (report.changed, report.closed, report.reopened) == (1, 0, 0)
    found = await bill(desk, "pln")
    assert (found.admin, found.commission) == (Rupiah(3_000), Rupiah(900))
    assert not found.is_active and not found.is_open
    await switch_bill(desk, "PLN", on=True)
    assert (await bill(desk, "pln")).is_open


@pytest.mark.parametrize("field", ["buyer_product_status", "seller_product_status"])
async def test_a_bill_that_closes_there_closes_here_and_reopens(
    desk: CatalogueDesk, field: str
) -> None:
    await synced(desk, *SHELF)
    report = await synced(desk, {**PLN, field: False}, AETRA, BPJS)
    assert (report.closed, report.open, report.skipped) == (1, 2, 1)
    assert not (await bill(desk, "pln")).is_open
    assert (await synced(desk, *SHELF)).reopened == 1
    assert (await bill(desk, "pln")).is_open


async def test_a_bill_that_vanishes_closes_and_keeps_its_id(
    desk: CatalogueDesk, clock: ManualClock
) -> None:
    await synced(desk, *SHELF)
    seen, number = clock.now(), (await bill(desk, "bpjs")).id
    clock.advance(60)
    assert (await synced(desk, PLN, AETRA)).closed == 1
    gone = await bill(desk, "bpjs")
    assert (gone.is_open, gone.is_listed, gone.seen_at) == (False, False, seen)
    assert (await synced(desk, PLN, AETRA)).changed == 0
    clock.advance(60)
    assert (await synced(desk, *SHELF)).reopened == 1
    back = await bill(desk, "bpjs")
    assert (back.id, back.is_open, back.seen_at) == (number, True, clock.now())


async def test_a_broken_list_is_refused_unless_forced(desk: CatalogueDesk) -> None:
    with pytest.raises(PriceListBroken):
        await synced(desk)
    await synced(desk, *SHELF)
    before = await versions(desk)
    for broken in ((), (PLN,), tuple({**one, "buyer_product_status": False} for one in SHELF)):
        with pytest.raises(PriceListBroken):
            await synced(desk, *broken)
        assert await versions(desk) == before
    assert (await synced(desk, PLN, force=True)).closed == 2


async def test_a_row_that_cannot_be_read_is_named_and_keeps_its_standing(
    desk: CatalogueDesk,
) -> None:
    await synced(desk, *SHELF)
    before = await versions(desk)
    spoilt = [{**PLN, "commission": "dua ribu"}, {**AETRA, "admin": -1}]
    stranger = row("hp", "Halo", "HP PASCABAYAR", admin=None)
    report = await synced(desk, *spoilt, stranger, BPJS)
    assert [text.partition(":")[0] for text in report.unreadable] == [
        "row 0 (pln)",
        "row 1 (aetra)",
        "row 2 (hp)",
    ]
    assert (report.open, report.created, report.changed) == (1, 0, 0)
    assert await versions(desk) == before


async def test_of_a_sku_that_is_listed_twice_the_poorer_row_counts(desk: CatalogueDesk) -> None:
    report = await synced(desk, PLN, {**PLN, "commission": 0}, AETRA)
    assert report.unreadable == ("(pln)",)
    assert (await bill(desk, "pln")).commission == Rupiah(0)


async def test_a_bill_without_commission_is_open_and_told_of_until_its_fee_suffices(
    desk: CatalogueDesk,
) -> None:
    poor = {**PLN, "commission": 0}
    report = await synced(desk, poor, AETRA)
    assert report.thin == ("pln",) and (await bill(desk, "pln")).is_open
    await set_bill_fee(desk, BillFee(Rupiah(100), biller="pln"))
    assert (await synced(desk, poor, AETRA)).thin == ()


async def test_the_code_of_another_accounts_bill_gets_a_number(desk: CatalogueDesk) -> None:
    await synced(desk, *SHELF)
    await lists(desk, {**PLN, "buyer_sku_code": "PLN"}, account="other")
    assert (await sync_bills(desk, account="other")).created == 1
    second = await bill(desk, "PLN-2")
    assert (second.account, second.sku, second.biller) == ("other", "PLN", "pln")
    assert (await bill(desk, "PLN")).account == ACCOUNT
    assert len(await list_bill_products(desk)) == 4


async def test_a_code_is_found_in_large_and_small_letters_and_nonsense_is_not(
    desk: CatalogueDesk,
) -> None:
    await synced(desk, *SHELF)
    async with desk.db.read() as tx:
        found = [await bill_product(tx, code) for code in ("pln", "PLN", "Pln")]
        assert {one.code for one in found if one} == {"pln"} and all(found)
        for code in ("", "pl", "pln%", "pln\x00", "\ud800"):
            assert await bill_product(tx, code) is None


async def test_a_biller_that_a_person_set_no_sync_changes(desk: CatalogueDesk) -> None:
    await synced(desk, *SHELF)
    said = await set_biller(desk, "aetra", Said("air-jakarta", None), by="cli:ani")
    assert said == ("air-jakarta", BillKind.WATER)
    await synced(desk, PLN, {**AETRA, "product_name": "PDAM Palyja"}, BPJS)
    found = await bill(desk, "aetra")
    assert (found.name, found.biller, found.biller_set_by) == (
        "PDAM Palyja",
        "air-jakarta",
        "cli:ani",
    )
    back = await set_biller(desk, "aetra", Said(None, None), by="cli:ani")
    assert back.key == "pdam:palyja" and (await bill(desk, "aetra")).biller_set_by is None
    await set_biller(desk, "aetra", Said(None, BillKind.EMONEY), by="cli:ani")
    await synced(desk, *SHELF)
    found = await bill(desk, "aetra")
    assert (found.biller, found.kind) == ("pdam:palyja", BillKind.EMONEY)


async def test_a_biller_needs_a_plain_key_and_a_product(desk: CatalogueDesk) -> None:
    await synced(desk, *SHELF)
    with pytest.raises(Invalid):
        await set_biller(desk, "aetra", Said("Air Jakarta", None), by="cli:ani")
    with pytest.raises(NoSuchBill):
        await set_biller(desk, "tidak-ada", Said("air", None), by="cli:ani")
    with pytest.raises(NoSuchBill):
        await switch_bill(desk, "tidak-ada", on=True)


async def test_the_narrower_fee_wins_and_new_products_have_theirs(desk: CatalogueDesk) -> None:
    await synced(desk, *SHELF)
    assert await set_bill_fee(desk, BillFee(Rupiah(250))) == 3
    assert await set_bill_fee(desk, BillFee(Rupiah(500), kind=BillKind.WATER)) == 1
    assert await set_bill_fee(desk, BillFee(Rupiah(0), biller="pln")) == 1
    assert await set_bill_fee(desk, BillFee(Rupiah(0), biller="pln")) == 0
    await synced(desk, *SHELF, row("palyja", "Palyja", "PDAM"))
    fees = {one.code: one.fee.amount for one in await list_bill_products(desk)}
    assert fees == {"pln": 0, "aetra": 500, "bpjs": 250, "palyja": 500}
    assert [rule.amount.amount for rule in await list_bill_fees(desk)] == [250, 500, 0]
    assert await drop_bill_fee(desk, biller="pln") == 1
    assert await drop_bill_fee(desk, biller="pln") == 0
    assert (await bill(desk, "pln")).fee == Rupiah(250)
    await set_biller(desk, "bpjs", Said(None, BillKind.WATER), by="cli:ani")
    assert (await bill(desk, "bpjs")).fee == Rupiah(500)


@pytest.mark.parametrize(
    "rule",
    [
        BillFee(Rupiah(-1)),
        BillFee(Rupiah(1_000_001)),
        BillFee(Rupiah(1), biller="pln", kind=BillKind.WATER),
    ],
)
async def test_a_fee_out_of_reason_is_refused(desk: CatalogueDesk, rule: BillFee) -> None:
    await synced(desk, *SHELF)
    with pytest.raises(Invalid):
        await set_bill_fee(desk, rule)
    with pytest.raises(Invalid):
        await drop_bill_fee(desk)
    with pytest.raises(NoSuchBiller):
        await set_bill_fee(desk, BillFee(Rupiah(1), biller="pnl"))


async def test_bills_and_goods_are_synced_in_turns(desk: CatalogueDesk) -> None:
    await lists(desk, *SHELF)
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        with pytest.raises(CatalogueBusy):
            await sync_bills(desk, account=ACCOUNT)
        with pytest.raises(CatalogueBusy):
            await set_bill_fee(desk, BillFee(Rupiah(1)))
    assert await list_bill_products(desk) == []


async def test_an_account_that_pays_no_bills_is_refused(desk: CatalogueDesk) -> None:
    with pytest.raises(NoSuchAccount):
        await sync_bills(desk, account="siapa")
    assert bill_accounts_named(desk, None) == [ACCOUNT, "other"]
    assert bill_accounts_named(desk, "other") == ["other"]
    with pytest.raises(NoSuchAccount):
        bill_accounts_named(desk, "siapa")


async def test_bills_follow_goods_by_the_clock_and_leave_a_gap(
    desk: CatalogueDesk, clock: ManualClock
) -> None:
    at = clock.now().astimezone().replace(hour=23, minute=55).time()
    goods, bills = entries(desk, sync_at=at)
    assert bills.name == "catalogue.bills" and bills.daily_at is not None
    assert (bills.daily_at.hour, bills.daily_at.minute) == (0, 5)
    await lists(desk, *SHELF)
    said = await bills.act()
    assert f"{ACCOUNT}: 3 bills open, 0 changed" in said and "other: " in said
    alone = replace(desk, suppliers=replace(desk.suppliers, billers={}))
    assert [entry.name for entry in entries(alone, sync_at=at)] == [goods.name]


async def test_both_lists_of_an_account_are_asked_for_and_kept_by_themselves(
    db: Database, clock: ManualClock, ids: IdBlocks, sim_process: Sim
) -> None:
    sim = sim_process
    async with bills_desk(db, clock, ids, sim.digiflazz_url) as desk:
        goods = await fetch_price_list(desk.suppliers, ACCOUNT)
        report = await sync_bills(desk, account=ACCOUNT)
        assert not goods.cached and not report.cached and report.created > 0
        assert (await bill(desk, "pln")).biller == "pln"
        again = await fetch_bill_list(desk.suppliers, ACCOUNT, force=True)
        assert again.cached and again.problem is not None
        assert (again.retry_at - clock.now()).total_seconds() == 300
        assert (await fetch_price_list(desk.suppliers, ACCOUNT)).prices == goods.prices
        async with desk.db.read() as tx:
            kept = await tx.rows("SELECT purpose FROM suppliers.exchanges ORDER BY id")
        assert kept == [("price_list",), ("bill_list",)]
        assert await sim.breaches() == []


async def test_a_first_list_that_may_not_be_asked_for_yet_says_when(
    db: Database, clock: ManualClock, ids: IdBlocks
) -> None:
    async with bills_desk(db, clock, ids) as desk:
        await lists(desk, *SHELF)
        async with desk.db.transaction() as tx:
            await tx.run("UPDATE suppliers.price_lists SET fetched_at = NULL, body = NULL")
        with pytest.raises(PriceListTooSoon) as refused:
            await sync_bills(desk, account=ACCOUNT)
    assert "retry_at" in refused.value.facts
