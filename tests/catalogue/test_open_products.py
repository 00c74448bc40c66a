"""Open denominations: what a list names is a fee, and nothing is ever sold for a fee alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.catalogue.amounts import NotOnePiece, at_amount, priced
from konter.catalogue.browse import browse
from konter.catalogue.choose_amounts import NotByAmount, set_amounts
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.list_prices import OpenShown, list_prices
from konter.catalogue.mappings import NotOnTheList, OtherKind, unmap_offer
from konter.catalogue.offers import Offer, Sellable, sellables, usable_offers
from konter.catalogue.open_products import SoldAlready, add_open
from konter.catalogue.prices import Kind, Role, Rule, set_rule
from konter.catalogue.products import NoSuchProduct, close_product, reopen_product
from konter.catalogue.propose import propose
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from konter.upstreams.contract import Amounts
from tests.catalogue.shelf import history
from tests.catalogue.two_suppliers import SECOND, maps, product, sync_second
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT

FEE = 200
"""What we take DANA to cost beside its amount: the list says 50, and less than is charged."""


async def sellable(desk: CatalogueDesk, code: str = "BBSDN") -> Sellable:
    number = (await product(desk, code))["id"]
    async with desk.db.transaction() as tx:
        return (await sellables(tx, [number]))[number]


def usable(desk: CatalogueDesk, found: Sellable, price: Rupiah) -> list[Offer]:
    margin = desk.minimum_margin
    terms: dict[str, Any] = {"minute_of_day_wib": 600, "blocked": frozenset()}
    return usable_offers(found, price=price, minimum_margin=margin, **terms)


async def test_an_operator_puts_one_on_the_shelf_at_a_fee_by_our_rules(
    both: CatalogueDesk,
) -> None:
    assert (await sync_second(both)).unmapped > 20  # by itself the second list sells nothing
    assert await add_open(both, SECOND, "BBSDN") == ("BBSDN", None)
    found = await product(both, "BBSDN")
    prices = found["base_price"], found["retail_price"], found["reseller_price"]
    assert prices == (FEE, FEE + 3_000, FEE + 1_500)
    assert (found["brand"], found["closed_because"]) == ("Dana", None)
    assert [because for because, *_ in await history(both, "BBSDN")] == ["created"]
    assert (await sellable(both)).amounts == Amounts(10_000, 10_000_000)
    with pytest.raises(SoldAlready):
        await add_open(both, SECOND, "BBSDN")
    for sku in ("BPLA", "TIDAKADA", "T3"):
        with pytest.raises(NotOnTheList):
            await add_open(both, SECOND, sku)
    with pytest.raises(NotByAmount):
        await add_open(both, SECOND, "X10")


async def test_it_is_never_sold_by_its_list_price_alone(both: CatalogueDesk) -> None:
    """The trap: fee plus markup would sell ten million for a few thousand rupiah."""
    await add_open(both, SECOND, "BBSDN")
    bare = await sellable(both)
    for price in (bare.retail_price, bare.reseller_price, Rupiah(10**12)):
        assert usable(both, bare, price) == []
    with pytest.raises(Invalid):
        priced(bare, None)
    whole = priced(bare, 10_000_000)
    assert whole.reseller_price == Rupiah(10_000_000 + FEE + 1_500)
    (offer,) = usable(both, whole, whole.reseller_price)
    assert offer.cost == Rupiah(10_000_000 + FEE)
    assert usable(both, whole, bare.retail_price) == []


@pytest.mark.parametrize("amount", [None, 0, 1, 9_999, 10_000_001, 10**15, -50_000])
async def test_an_amount_outside_is_refused_in_words(
    both: CatalogueDesk, amount: int | None
) -> None:
    await add_open(both, SECOND, "BBSDN")
    with pytest.raises(Invalid, match=r"Rp 10\.000 sampai Rp 10\.000\.000") as refused:
        priced(await sellable(both), amount)
    assert list(refused.value.errors) == ["qty"]


async def test_a_fixed_price_takes_no_amount(both: CatalogueDesk) -> None:
    fixed = await sellable(both, "xld10")
    assert priced(fixed, None) is fixed
    assert at_amount(fixed, 50_000) is fixed
    with pytest.raises(NotOnePiece):
        priced(fixed, 50_000)


@given(st.integers(10_000, 10_000_000), st.integers(1, 10_000), st.integers(0, 10_000))
def test_every_amount_leaves_the_margin_that_its_fee_leaves(
    amount: int, cost: int, markup: int
) -> None:
    offer = Offer("oke", "BBS", Rupiah(cost), False, None, None, None, True, 100)
    fees = Rupiah(cost + markup), Rupiah(cost + markup)
    bare = Sellable(1, "BBS", "", "", "", "emoney", True, *fees, (offer,), Amounts(1, 10**8))
    whole = priced(bare, amount)
    assert whole.retail_price - whole.offers[0].cost == Rupiah(markup)
    assert whole.offers[0].cost > Rupiah(amount)
    for margin in (markup, markup + 1):
        found = usable_offers(
            whole,
            price=whole.retail_price,
            minimum_margin=Rupiah(margin),
            minute_of_day_wib=600,
            blocked=frozenset(),
        )
        assert bool(found) == (margin == markup)


async def test_its_fee_follows_the_list_and_the_rules_and_keeps_the_margin(
    both: CatalogueDesk, sim: Sim
) -> None:
    await add_open(both, SECOND, "BBSDN")
    await sim.okeconnect.catalogue(kode="BBSDN", harga="750")
    report = await sync_second(both)
    assert (report.synced, report.repriced) == (1, 1)
    assert (await product(both, "BBSDN"))["reseller_price"] == 750 + 1_500
    await set_rule(both, Rule(Role.RESELLER, Kind.FLAT, 99, brand="Dana"))
    assert (await product(both, "BBSDN"))["closed_because"] == "margin"
    await set_rule(both, Rule(Role.RESELLER, Kind.FLAT, 100, brand="Dana"))
    assert (await product(both, "BBSDN"))["closed_because"] is None
    again = await sync_second(both)
    assert (again.repriced, again.closed, again.reopened) == (0, 0, 0)


@pytest.mark.parametrize("harga", ["10400", "25000"])
async def test_a_fee_that_becomes_a_price_is_not_sold_on(
    both: CatalogueDesk, sim: Sim, harga: str
) -> None:
    await add_open(both, SECOND, "BBSDN")
    await sim.okeconnect.catalogue(kode="BBSDN", harga=harga)
    await sync_second(both, force=True)
    assert (await product(both, "BBSDN"))["closed_because"] == "vanished"
    assert (await product(both, "BBSDN"))["base_price"] == FEE


async def test_a_price_that_becomes_a_fee_is_not_sold_on(both: CatalogueDesk, sim: Sim) -> None:
    await maps(both, "X10", "xld10")
    await sim.okeconnect.catalogue(kode="X10", kategori="NOMINAL BEBAS", harga="50")
    report = await sync_second(both, force=True)
    assert report.synced == 0
    offers = (await sellable(both, "xld10")).offers
    assert {(o.sku, o.is_open, o.cost.amount) for o in offers} == {
        ("X10", False, 10_000),
        ("xld10", True, 10_000),
    }
    await sim.okeconnect.catalogue(kode="X10", kategori="PULSA", harga="9900")
    assert (await sync_second(both)).synced == 1


async def test_the_two_kinds_are_never_paired(both: CatalogueDesk) -> None:
    await add_open(both, SECOND, "BBSDN")
    for sku, code in (("BBSGOP", "xld10"), ("X10", "BBSDN"), ("BBSDN", "xld10")):
        with pytest.raises(OtherKind):
            await maps(both, sku, code, sure=True)
    assert (await maps(both, "BBSGOP", "BBSDN")).is_news
    assert [o.sku for o in (await sellable(both)).offers] == ["BBSDN", "BBSGOP"]
    await unmap_offer(both, SECOND, "BBSGOP")
    assert [o.sku for o in (await sellable(both)).offers] == ["BBSDN"]
    assert {"BBSDN", "BBSGOP"}.isdisjoint({one.sku for one in await propose(both, SECOND)})


async def test_the_database_itself_lets_no_fee_stand_for_a_price(both: CatalogueDesk) -> None:
    await add_open(both, SECOND, "BBSDN")
    fixed = (await product(both, "xld10"))["id"]
    for change in (
        f"UPDATE catalogue.offers SET product_id = {fixed} WHERE sku = 'BBSDN'",
        "UPDATE catalogue.offers SET by_amount = false WHERE sku = 'BBSDN'",
        "UPDATE catalogue.offers SET by_amount = true WHERE sku = 'xld10'",
        "UPDATE catalogue.products SET amount_least = NULL, amount_most = NULL,"
        " amount_step = NULL WHERE code = 'BBSDN'",
        "UPDATE catalogue.products SET amount_least = 0 WHERE code = 'BBSDN'",
    ):
        with pytest.raises(psycopg.IntegrityError):
            async with both.db.transaction() as tx:
                await tx.connection.execute(change)


async def test_what_may_be_chosen_is_an_operators_and_no_syncs(both: CatalogueDesk) -> None:
    await add_open(both, SECOND, "BBSDN")
    await set_amounts(both, "BBSDN", Amounts(20_000, 2_000_000, 1_000))
    await sync_second(both)
    found = await sellable(both)
    assert found.amounts == Amounts(20_000, 2_000_000, 1_000)
    with pytest.raises(Invalid, match=r"kelipatan Rp 1\.000"):
        priced(found, 20_500)
    for least, most, step in (
        (9_000, 20_000, 1_000),
        (10_000, 10_001_000, 1_000),
        (20_000, 10_000, 1_000),
        (20_500, 30_000, 1_000),
        (20_000, 30_500, 1_000),
        (20_000, 30_000, 0),
        (20_000, 30_000, -1),
    ):
        with pytest.raises(Invalid):
            await set_amounts(both, "BBSDN", Amounts(least, most, step))
    with pytest.raises(NotByAmount):
        await set_amounts(both, "xld10", Amounts(20_000, 30_000))
    with pytest.raises(NoSuchProduct):
        await set_amounts(both, "tidak-ada", Amounts(20_000, 30_000))
    await close_product(both, "BBSDN")
    assert await reopen_product(both, "BBSDN") is None
    assert (await sellable(both)).amounts == Amounts(20_000, 2_000_000, 1_000)


async def test_lists_show_the_fee_and_the_price_of_the_least_amount(both: CatalogueDesk) -> None:
    await add_open(both, SECOND, "BBSDN")
    async with both.db.read() as tx:
        listed = {one.code: one for one in await list_prices(tx)}
    assert listed["xld10"].open is None
    assert listed["BBSDN"].open == OpenShown(10_000, 10_000_000, 1, FEE + 1_500)
    assert listed["BBSDN"].price == 10_000 + FEE + 1_500
    (shown,) = (await browse(both, None, search="BBSDN")).products
    assert shown.open == OpenShown(10_000, 10_000_000, 1, FEE + 3_000)
    assert shown.price == Rupiah(10_000 + FEE + 3_000)
    assert ACCOUNT not in repr(shown)


async def test_a_list_that_makes_products_makes_these_too(both: CatalogueDesk) -> None:
    maker = replace(both, products_from=SECOND)
    report = await sync_second(maker)
    assert report.created > 20
    found = await sellable(maker, "BBSGOP")
    assert found.amounts == Amounts(10_000, 10_000_000)
    assert found.reseller_price == Rupiah(FEE + 1_500)
    assert (await sync_second(maker)).repriced == 0
    assert (await sellable(maker, "X10")).amounts is None
