"""A second supplier's list makes no product: a person says which SKU is which product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from konter.catalogue.compare import Changes, Circumstances, compare
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.list_offers import list_offers
from konter.catalogue.mappings import (
    MappingDoubtful,
    NoSuchOffer,
    NotOnTheList,
    map_offer,
    set_priority,
    unmap_offer,
)
from konter.catalogue.prices import Kind, Role, Rule, RuleBook
from konter.catalogue.products import NoSuchProduct, close_product
from konter.catalogue.propose import Candidate, matches, propose, words_of
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from konter.suppliers.desk import NoSuchAccount
from konter.upstreams.contract import PriceItem
from tests.catalogue.shelf import history, sync
from tests.catalogue.two_suppliers import (
    SECOND,
    accounts_tried,
    maps,
    offers,
    product,
    sync_second,
)
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT


async def count(desk: CatalogueDesk) -> int:
    async with desk.db.read() as tx:
        row = await tx.row("SELECT count(*) FROM catalogue.products")
    assert row is not None
    return int(row[0])


def test_the_first_account_makes_products_unless_another_is_named(both: CatalogueDesk) -> None:
    assert both.makes_products(ACCOUNT) and not both.makes_products(SECOND)
    chosen = replace(both, products_from=SECOND)
    assert chosen.makes_products(SECOND) and not chosen.makes_products(ACCOUNT)


async def test_a_second_list_makes_no_product_and_no_category(both: CatalogueDesk) -> None:
    before = await count(both)
    report = await sync_second(both)
    assert (report.created, report.categories_created, report.synced) == (0, 0, 0)
    assert report.unmapped > 20 and report.not_for_sale > 10
    listed = await both.suppliers.wire.ask(
        both.providers[SECOND].price_list(), account=SECOND, purpose="price_list"
    )
    rows = getattr(listed.said, "body", b"").count(b'"kode"')
    counted = report.synced + report.skipped + report.unmapped + report.refused_for_margin
    assert counted + report.unreadable + report.not_for_sale == rows
    assert await count(both) == before


async def test_a_mapped_sku_is_an_offer_at_once_and_follows_its_list(
    both: CatalogueDesk, sim: Sim, clock: ManualClock
) -> None:
    done = await maps(both, "X10", "xld10")
    assert done.is_news
    assert not (await maps(both, "X10", "xld10")).is_news
    assert await offers(both, "xld10") == [
        (ACCOUNT, "xld10", 10_000, True),
        (SECOND, "X10", 10_000, True),
    ]
    await sim.okeconnect.catalogue(kode="X10", harga="9900")
    clock.advance(1)
    report = await sync_second(both)
    assert (report.synced, report.repriced) == (1, 1)
    found = await product(both, "xld10")
    assert (found["base_price"], found["retail_price"]) == (9_900, 12_900)
    assert (found["name"], found["brand"]) == ("Xl 10.000", "XL")  # as the first list calls it
    assert [because for because, *_ in await history(both, "xld10")] == ["created", "cost"]
    again = await sync_second(both)
    assert (again.repriced, again.closed, again.reopened) == (0, 0, 0)


async def test_the_product_stays_as_long_as_one_supplier_has_it(
    both: CatalogueDesk, sim: Sim
) -> None:
    await maps(both, "X10", "xld10")
    await sim.okeconnect.catalogue(kode="X10", harga="10400")
    await sync_second(both)
    await sim.catalogue(remove="xld10")
    report = await sync(both)
    assert (report.closed, report.repriced) == (0, 1)
    assert await accounts_tried(both, "xld10") == [SECOND]
    assert (await product(both, "xld10"))["base_price"] == 10_400
    await sim.okeconnect.catalogue(kode="X10", status="0")
    assert (await sync_second(both)).closed == 1
    assert (await product(both, "xld10"))["closed_because"] == "upstream"
    await sim.okeconnect.catalogue(remove="X10")
    await sync_second(both)
    assert (await product(both, "xld10"))["closed_because"] == "vanished"
    await sim.reset(price_list_gap_s=0)
    assert (await sync(both)).reopened == 1
    assert (await product(both, "xld10"))["base_price"] == 10_000


async def test_what_becomes_no_prepaid_goods_is_not_sold_on(both: CatalogueDesk, sim: Sim) -> None:
    await maps(both, "X10", "xld10")
    for harga in ("0", "-500"):
        await sim.okeconnect.catalogue(kode="X10", harga=harga)
        await sync_second(both)
        assert await accounts_tried(both, "xld10") == [ACCOUNT]


async def test_what_an_operator_closed_no_second_supplier_opens(both: CatalogueDesk) -> None:
    await close_product(both, "xld10")
    await maps(both, "X10", "xld10")
    await sync_second(both)
    assert (await product(both, "xld10"))["closed_because"] == "operator"


async def test_a_mapping_to_something_else_by_its_cost_must_be_meant(both: CatalogueDesk) -> None:
    with pytest.raises(MappingDoubtful):
        await maps(both, "S5", "s100")
    assert len(await offers(both, "s100")) == 1
    await maps(both, "S5", "s100", sure=True)
    assert len(await offers(both, "s100")) == 2


async def test_only_goods_of_the_list_can_be_mapped(both: CatalogueDesk) -> None:
    for sku in ("TIDAK-ADA", "CPLA", "BPLA", "DUMMY1"):
        with pytest.raises(NotOnTheList):
            await maps(both, sku, "xld10")
    with pytest.raises(NoSuchProduct):
        await maps(both, "X10", "tidak-ada")
    with pytest.raises(NoSuchAccount):
        await map_offer(both, "siapa", "X10", "xld10", by="ani")


async def test_unmapping_takes_the_offer_away(both: CatalogueDesk, sim: Sim) -> None:
    await maps(both, "X10", "xld10")
    await sim.okeconnect.catalogue(kode="X10", harga="9000")
    await sync_second(both)
    assert (await unmap_offer(both, SECOND, "X10")).repriced == 1
    assert await offers(both, "xld10") == [(ACCOUNT, "xld10", 10_000, True)]
    assert (await product(both, "xld10"))["base_price"] == 10_000
    with pytest.raises(NoSuchOffer):
        await unmap_offer(both, SECOND, "X10")
    assert (await sync_second(both)).synced == 0


async def test_a_sku_that_made_a_product_leaves_it_and_returns(both: CatalogueDesk) -> None:
    done = await map_offer(both, ACCOUNT, "ml5", "ff70", by="ani", sure=True)
    assert done.repriced.closed == 1
    assert (await product(both, "ml5"))["closed_because"] == "vanished"
    report = await sync(both)
    assert (report.created, report.reopened) == (0, 0)
    assert len(await offers(both, "ff70")) == 2
    assert (await unmap_offer(both, ACCOUNT, "ml5")).reopened == 1
    assert len(await offers(both, "ff70")) == 1
    assert (await sync(both)).created == 0


async def test_priorities_decide_a_fixed_route(both: CatalogueDesk) -> None:
    await maps(both, "S10", "s10")
    assert (await set_priority(both, SECOND, "S10", 1)).repriced == 0  # the same cost
    assert await accounts_tried(both, "s10") == [SECOND, ACCOUNT]
    shown = await list_offers(both, product_code="s10")
    assert [(one.account, one.priority, one.is_mapped) for one in shown] == [
        (SECOND, 1, True),
        (ACCOUNT, 100, False),
    ]
    assert len(await list_offers(both)) == 2
    with pytest.raises(NoSuchOffer):
        await set_priority(both, SECOND, "S25", 1)
    with pytest.raises(Invalid):
        await set_priority(both, SECOND, "S10", -1)
    with pytest.raises(NoSuchProduct):
        await list_offers(both, product_code="tidak-ada")


async def test_proposals_are_the_same_things_and_write_nothing(both: CatalogueDesk) -> None:
    found = {(one.sku, one.product_code) for one in await propose(both, SECOND)}
    assert {("X10", "xld10"), ("S10", "s10"), ("S100", "s100"), ("FF70", "ff70")} <= found
    assert {sku for sku, _ in found}.isdisjoint({"T500", "DUMMY1", "BBSDN", "CPLA", "TDF1X"})
    assert await list_offers(both) == []
    await maps(both, "X10", "xld10")
    assert "X10" not in {one.sku for one in await propose(both, SECOND)}


def item(name: str, price: int = 10_000, sku: str = "sku", **facts: object) -> PriceItem:
    whole = {
        "sku": sku, "name": name, "category": "Pulsa", "brand": "Telkomsel", "kind": "",
        "seller": "", "price": Rupiah(price), "buyer_open": True, "seller_open": True,
        "stock": None, "multi": True, "cut_off_start": None, "cut_off_end": None,
        "description": "", **facts,
    }  # fmt: skip
    return PriceItem(**whole)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("Telkomsel 10.000", "Telkomsel Pulsa 10000", True),
        ("Telkomsel 10.000", "TELKOMSEL 100.000", False),
        ("Telkomsel 10.000", "Telkomsel Transfer 10.000", False),
        ("Telkomsel 2,5GB 5 Hari", "Telkomsel Data 2.5 GB 5 Hari", True),
        ("Telkomsel 2,5GB 5 Hari", "Telkomsel 25 GB 5 Hari", False),
        ("Telkomsel 2GB + 2GB 5 Hari", "Telkomsel 2GB 5 Hari", False),
        ("Telkomsel Flash", "Telkomsel Flash", False),  # no number: nothing of its size
    ],
)
def test_a_name_is_the_same_with_the_same_words_and_numbers(
    theirs: str, ours: str, same: bool
) -> None:
    candidate = Candidate("p", ours, "TELKOMSEL", "pulsa", 10_000)
    assert bool(matches([item(theirs)], [candidate])) is same


def test_what_fits_twice_or_costs_otherwise_is_left_out() -> None:
    ours = Candidate("p", "Telkomsel 10.000", "TELKOMSEL", "pulsa", 10_000)
    assert matches([item("Telkomsel 10.000")], [ours, replace(ours, code="q")]) == []
    assert matches([item("Telkomsel 10.000"), item("Pulsa Telkomsel 10.000")], [ours]) == []
    assert matches([item("Telkomsel 10.000", 12_001)], [ours]) == []
    assert matches([item("Telkomsel 10.000", category="Data")], [ours]) == []
    assert len(matches([item("Telkomsel 10.000", category="DIGITAL")], [ours])) == 1
    two = [item("Telkomsel 10.000"), item("Telkomsel 10.000", category="DIGITAL")]
    assert matches(two, [ours]) == []
    assert words_of("Three 15.000", "Three") == words_of("Tri 15000", "TRI") == ("15000", "tri")


@pytest.mark.parametrize("price", [0, -1, -1_150])
async def test_a_sync_never_sells_what_costs_nothing_or_less(
    both: CatalogueDesk, sim: Sim, price: int
) -> None:
    """Neither from a list that makes products, nor by a mapping, whatever an adapter lets by."""
    before = await count(both)
    await sim.catalogue(
        items=[
            {"product_name": "Jebakan", "category": "Pulsa", "brand": "XL", "price": price}
            | {"buyer_sku_code": "jebakan"},
            *await sim.products(),
        ]
    )
    await sync(both)
    with pytest.raises(NotOnTheList):
        await map_offer(both, ACCOUNT, "jebakan", "xld10", by="ani", sure=True)
    assert await count(both) == before


def test_a_comparison_of_a_second_list_counts_what_nobody_mapped() -> None:
    rules = [Rule(role, Kind.FLAT, 1_000) for role in Role]
    given = Circumstances(
        listed_at=ManualClock().now(),
        known={},
        categories={},
        marks={},
        book=RuleBook(rules),
        minimum_margin=100,
        makes_products=False,
    )
    changes = Changes()
    compare(changes, [item("a"), item("b", buyer_open=False)], given, [])
    assert (changes.unmapped, changes.rows, changes.category_ids) == (2, [], set())
