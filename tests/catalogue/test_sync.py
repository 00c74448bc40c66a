"""A sync brings the catalogue in line with the list, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from konter.catalogue.desk import CatalogueDesk, accounts_named
from konter.catalogue.lock import CatalogueBusy, take_turn
from konter.catalogue.offers import Closing, close_offers
from konter.catalogue.prices import Kind, Role, Rule, set_rule
from konter.catalogue.products import close_product, reopen_product
from konter.catalogue.sync import NoSuchCategory, PriceListBroken
from konter.suppliers.desk import NoSuchAccount
from konter.upstreams.contract import UpstreamRefused
from tests.catalogue.shelf import closed_because, history, product, sync, synced_at, versions
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT


async def test_a_first_sync_creates_what_is_for_sale(desk: CatalogueDesk, sim: Sim) -> None:
    report = await sync(desk)
    listed = await sim.products()
    closed = {"S5", "byd7", "dana100", "rzr20"}
    assert report.created == report.synced == len(listed) - len(closed)
    assert (report.skipped, report.closed, report.repriced, report.unreadable) == (4, 0, 0, 0)
    assert report.categories_created == 7
    found = await product(desk, "xld10")
    assert (found["base_price"], found["retail_price"], found["reseller_price"]) == (
        10_000,
        13_000,
        11_500,
    )


async def test_categories_have_the_type_of_their_slug(desk: CatalogueDesk) -> None:
    await sync(desk)
    async with desk.db.read() as tx:
        rows = await tx.rows("SELECT slug, name, type FROM catalogue.categories ORDER BY slug")
    assert rows == [
        ("data", "Data", "data"),
        ("e-money", "E-Money", "emoney"),
        ("games", "Games", "game"),
        ("paket-data", "Paket Data", "data"),
        ("pln", "PLN", "pln"),
        ("pulsa", "Pulsa", "pulsa"),
        ("voucher", "Voucher", "voucher"),
    ]


async def test_a_second_sync_changes_nothing_and_rewrites_no_row(
    desk: CatalogueDesk, clock: ManualClock
) -> None:
    first = await sync(desk)
    before, at = await versions(desk), await synced_at(desk, "xld10")
    clock.advance(7200)
    again = await sync(desk)
    assert (again.created, again.repriced, again.closed, again.reopened) == (0, 0, 0, 0)
    assert again.synced == first.synced
    assert await versions(desk) == before
    assert (await synced_at(desk, "xld10") - at).total_seconds() == 7200


async def test_a_changed_price_is_taken_over_and_its_history_kept(
    desk: CatalogueDesk, sim: Sim, clock: ManualClock
) -> None:
    await sync(desk)
    clock.advance(60)
    await sim.catalogue(sku="ml86", price=20_000)
    report = await sync(desk)
    assert (report.repriced, report.created, report.closed) == (1, 0, 0)
    assert await history(desk, "ml86") == [
        ("created", 19_650, 22_650, 21_150),
        ("cost", 20_000, 23_000, 21_500),
    ]
    assert len(await history(desk, "ml5")) == 1


async def test_a_product_that_vanishes_closes_and_reopens_when_it_returns(
    desk: CatalogueDesk, sim: Sim, clock: ManualClock
) -> None:
    await sync(desk)
    seen = await synced_at(desk, "ff70")
    await sim.catalogue(remove="ff70")
    clock.advance(60)
    assert (await sync(desk)).closed == 1
    assert await closed_because(desk, "ff70") == "vanished"
    assert await synced_at(desk, "ff70") == seen
    assert (await sync(desk)).closed == 0
    await sim.reset(price_list_gap_s=0)
    clock.advance(60)
    assert (await sync(desk)).reopened == 1
    assert await closed_because(desk, "ff70") is None
    assert await synced_at(desk, "ff70") == clock.now()


@pytest.mark.parametrize(
    "closing",
    [
        {"buyer_product_status": False},
        {"seller_product_status": False},
        {"unlimited_stock": False, "stock": 0},
    ],
)
async def test_a_product_that_closes_upstream_closes_here(
    desk: CatalogueDesk, sim: Sim, closing: dict[str, object]
) -> None:
    await sync(desk)
    await sim.catalogue(sku="ovo20", **closing)
    report = await sync(desk)
    assert (report.closed, report.reopened) == (1, 0)
    assert await closed_because(desk, "ovo20") == "upstream"
    await sim.catalogue(
        sku="ovo20", buyer_product_status=True, seller_product_status=True, unlimited_stock=True
    )
    assert (await sync(desk)).reopened == 1
    assert await closed_because(desk, "ovo20") is None


async def test_what_an_operator_closed_no_sync_reopens(desk: CatalogueDesk, sim: Sim) -> None:
    await sync(desk)
    await close_product(desk, "pln20")
    await sim.catalogue(sku="pln20", price=20_500)
    report = await sync(desk)
    assert (report.repriced, report.reopened, report.closed) == (1, 0, 0)
    assert await closed_because(desk, "pln20") == "operator"
    await sim.catalogue(remove="pln20")
    await sync(desk)
    assert await closed_because(desk, "pln20") == "operator"
    assert await reopen_product(desk, "pln20") == "vanished"
    await sim.reset(price_list_gap_s=0)
    await sync(desk)
    assert await closed_because(desk, "pln20") is None


async def test_a_product_that_would_earn_too_little_is_not_sold(
    desk: CatalogueDesk, sim: Sim
) -> None:
    await sync(desk)
    report_of_rule = await set_rule(desk, Rule(Role.RESELLER, Kind.FLAT, 99, None, "ovo"))
    assert (report_of_rule.repriced, report_of_rule.closed) == (2, 2)
    assert await closed_because(desk, "ovo20") == "margin"
    report = await sync(desk)
    assert (report.refused_for_margin, report.closed) == (2, 0)
    await sim.catalogue(
        items=[
            {"product_name": "OVO 10.000", "category": "E-Money", "brand": "OVO"}
            | {"price": 10_700, "buyer_sku_code": "ovo10"},
            *await sim.products(),
        ]
    )
    assert (await sync(desk)).refused_for_margin == 3
    assert await closed_because(desk, "ovo10") == "margin"
    await set_rule(desk, Rule(Role.RESELLER, Kind.FLAT, 100, None, "OVO"))
    assert await closed_because(desk, "ovo20") is None
    assert (await sync(desk)).refused_for_margin == 0


async def test_a_list_that_lost_most_products_is_refused_unless_forced(
    desk: CatalogueDesk, sim: Sim
) -> None:
    await sync(desk)
    before = await versions(desk)
    keep = (await sim.products())[:20]
    await sim.catalogue(items=keep)
    with pytest.raises(PriceListBroken):
        await sync(desk)
    assert await versions(desk) == before
    report = await sync(desk, force=True)
    assert report.synced == 20 and report.closed > 30


async def test_an_empty_list_is_refused(desk: CatalogueDesk, sim: Sim) -> None:
    await sync(desk)
    await sim.catalogue(items=[])
    with pytest.raises(PriceListBroken):
        await sync(desk)
    assert await closed_because(desk, "xld10") is None


async def test_a_sync_of_one_category_leaves_the_others_alone(
    desk: CatalogueDesk, sim: Sim
) -> None:
    report = await sync(desk, category="Games")
    assert (report.created, report.categories_created) == (7, 1)
    await sync(desk)
    await sim.catalogue(remove="ff70")
    await sim.catalogue(remove="ovo20")
    await sim.catalogue(sku="ovo50", price=60_000)
    await sim.catalogue(sku="ml5", price=1_500)
    report = await sync(desk, category="games")
    assert (report.closed, report.repriced, report.synced) == (1, 1, 6)
    assert await closed_because(desk, "ff70") == "vanished"
    assert await closed_because(desk, "ovo20") is None
    assert (await product(desk, "ovo50"))["base_price"] == 50_775


async def test_an_unknown_category_is_refused(desk: CatalogueDesk) -> None:
    with pytest.raises(NoSuchCategory):
        await sync(desk, category="Gmaes")


async def test_two_syncs_never_overlap(desk: CatalogueDesk) -> None:
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        with pytest.raises(CatalogueBusy):
            await sync(desk)
        with pytest.raises(CatalogueBusy):
            await set_rule(desk, Rule(Role.RETAIL, Kind.FLAT, 1))
    results = await asyncio.gather(sync(desk), sync(desk), return_exceptions=True)
    assert all(not isinstance(r, BaseException) or isinstance(r, CatalogueBusy) for r in results)
    assert await closed_because(desk, "xld10") is None


async def test_a_limited_upstream_leaves_the_catalogue_and_says_when_to_retry(
    desk: CatalogueDesk, sim_process: Sim, clock: ManualClock
) -> None:
    await sync(desk)
    before = await versions(desk)
    await sim_process.options(price_list_gap_s=300)
    clock.advance(60)
    report = await sync(desk)
    assert report.cached and report.problem is not None and "83" in report.problem
    assert report.age.total_seconds() == 60
    assert await versions(desk) == before
    await sim_process.reset(price_list_gap_s=0)


async def test_a_first_sync_that_is_refused_changes_nothing(
    desk: CatalogueDesk, sim_process: Sim
) -> None:
    await sim_process.options(username="orang-lain")
    with pytest.raises(UpstreamRefused):
        await sync(desk)
    assert await versions(desk) == set()
    await sim_process.reset(price_list_gap_s=0)


async def test_a_refused_offer_stays_closed_until_a_newer_list_has_it_open(
    desk: CatalogueDesk, clock: ManualClock
) -> None:
    await sync(desk)
    async with desk.db.transaction() as tx:
        closing = Closing(ACCOUNT, "ml5", "rc 43", clock.now())
        assert await close_offers(tx, [closing, closing]) == [(ACCOUNT, "ml5")]
        assert await close_offers(tx, [closing]) == []
    assert await closed_because(desk, "ml5") == "upstream"
    await sync(desk)  # this list is no younger than the refusal
    assert await closed_because(desk, "ml5") == "upstream"
    clock.advance(1)
    assert (await sync(desk)).reopened == 1
    assert (await product(desk, "ml5"))["is_open"]


async def test_a_row_that_cannot_be_read_is_named_and_does_not_vanish(
    desk: CatalogueDesk, sim: Sim
) -> None:
    await sync(desk)
    await sim.catalogue(sku="gp10", price=0)
    report = await sync(desk)
    assert (report.unreadable, report.closed) == (1, 0)
    assert await closed_because(desk, "gp10") is None


async def test_a_code_that_another_product_has_gets_a_number(desk: CatalogueDesk, sim: Sim) -> None:
    await sync(desk)
    async with desk.db.transaction() as tx:
        await tx.run("UPDATE catalogue.offers SET account = 'other' WHERE sku = 'ml5'")
    report = await sync(desk)
    assert report.created == 1
    assert (await product(desk, "ml5-2"))["cost"] == 1_450


async def test_a_product_with_another_open_offer_outlives_its_own(
    desk: CatalogueDesk, sim: Sim
) -> None:
    await sync(desk)
    number = (await product(desk, "ml5"))["id"]
    async with desk.db.transaction() as tx:
        await tx.run(
            "INSERT INTO catalogue.offers (account, sku, product_id, cost, is_open)"
            " VALUES ('other', 'x', %(id)s, 1500, true)",
            {"id": number},
        )
    await sim.catalogue(sku="ml5", seller_product_status=False)
    report = await sync(desk)
    assert (report.closed, report.repriced) == (0, 1)
    async with desk.db.read() as tx:
        row = await tx.row(
            "SELECT is_active, base_price FROM catalogue.products WHERE id = %(id)s", {"id": number}
        )
    assert row == (True, 1_500)


async def test_progress_ends_at_the_lists_length(desk: CatalogueDesk, sim: Sim) -> None:
    await sim.catalogue(generate=1_200)
    seen: list[tuple[int, int]] = []
    await sync(desk, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(500, 1_200), (1_000, 1_200), (1_200, 1_200)]


async def test_every_row_of_the_list_is_counted_once(desk: CatalogueDesk, sim: Sim) -> None:
    await sim.catalogue(sku="gp10", price=0)
    await set_rule(desk, Rule(Role.RETAIL, Kind.FLAT, 0, "voucher"))
    report = await sync(desk)
    counted = report.synced + report.skipped + report.refused_for_margin + report.unreadable
    assert counted == len(await sim.products())


def test_an_account_is_named_by_its_code_its_kind_or_not_at_all(desk: CatalogueDesk) -> None:
    for name in (None, "digiflazz", ACCOUNT):
        assert accounts_named(desk, name) == [ACCOUNT]
    with pytest.raises(NoSuchAccount):
        accounts_named(desk, "tokoh")
