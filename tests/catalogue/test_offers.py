"""What can be bought now: in order, in stock, out of cut-off, with its margin."""

from __future__ import annotations

import pytest

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.offers import Offer, Sellable, in_cut_off, sellables, usable_offers
from konter.catalogue.products import NoSuchProduct, close_product, reopen_product
from konter.kernel.money import Rupiah
from tests.catalogue.shelf import product, sync
from tests.sim_process import Sim


def offer(sku: str, cost: int = 1_000, **terms: object) -> Offer:
    facts: dict[str, object] = {
        "account": "a",
        "multi": True,
        "stock": None,
        "cut_off_start": None,
        "cut_off_end": None,
        "is_open": True,
        "priority": 100,
    }
    return Offer(sku=sku, cost=Rupiah(cost), **{**facts, **terms})  # type: ignore[arg-type]


def usable(*offers: Offer, minute: int = 600, blocked: set[str] | None = None) -> list[str]:
    sellable = Sellable(
        1, "c", "n", "", "XL", "pulsa", True, Rupiah(1_100), Rupiah(1_100), tuple(offers)
    )
    found = usable_offers(
        sellable,
        price=Rupiah(1_100),
        minimum_margin=Rupiah(100),
        minute_of_day_wib=minute,
        blocked=blocked or set(),
    )
    return [one.sku for one in found]


def test_only_offers_that_can_be_bought_now_are_left() -> None:
    assert usable(offer("dear", 1_001), offer("fits", 1_000)) == ["fits"]
    assert usable(offer("shut", is_open=False)) == []
    assert usable(offer("empty", stock=0), offer("last", stock=1)) == ["last"]
    assert usable(offer("a"), offer("b", account="b"), blocked={"a"}) == ["b"]
    night = offer("night", cut_off_start=1425, cut_off_end=15)
    assert usable(night, minute=1430) == [] and usable(night) == ["night"]


@pytest.mark.parametrize(
    ("start", "end", "minute", "closed"),
    [
        (None, None, 0, False),
        (60, 60, 60, False),
        (60, 120, 59, False),
        (60, 120, 60, True),
        (60, 120, 120, False),
        (1425, 15, 1424, False),
        (1425, 15, 1425, True),
        (1425, 15, 0, True),
        (1425, 15, 15, False),
    ],
)
def test_a_cut_off_may_cross_midnight(
    start: int | None, end: int | None, minute: int, closed: bool
) -> None:
    assert in_cut_off(start, end, minute) == closed


async def test_offers_come_in_the_order_to_try_them(desk: CatalogueDesk) -> None:
    await sync(desk)
    number = (await product(desk, "ml5"))["id"]
    async with desk.db.transaction() as tx:
        await tx.run(
            "INSERT INTO catalogue.offers (account, sku, product_id, cost, is_open, priority)"
            " VALUES ('b', 'cheap', %(id)s, 1, true, 100), ('b', 'first', %(id)s, 9, true, 1)",
            {"id": number},
        )
        found = await sellables(tx, [number, -1])
    assert list(found) == [number]
    assert [one.sku for one in found[number].offers] == ["first", "cheap", "ml5"]
    sold = found[number]
    assert (sold.code, sold.brand, sold.type, sold.is_active) == (
        "ml5",
        "MOBILE LEGENDS",
        "game",
        True,
    )
    assert (sold.retail_price, sold.reseller_price) == (Rupiah(4_450), Rupiah(2_950))


async def test_terms_come_from_the_list(desk: CatalogueDesk) -> None:
    await sync(desk)
    ids = [(await product(desk, code))["id"] for code in ("X100", "gar33", "xxc8")]
    async with desk.db.read() as tx:
        found = await sellables(tx, ids)
    cut, stocked, single = (found[number].offers[0] for number in ids)
    assert (cut.cut_off_start, cut.cut_off_end) == (23 * 60 + 45, 15)
    assert (stocked.stock, cut.stock) == (3, None)
    assert (single.multi, cut.multi) == (False, True)


async def test_a_closed_category_sells_nothing(desk: CatalogueDesk, sim: Sim) -> None:
    await sync(desk)
    number = (await product(desk, "ml5"))["id"]
    async with desk.db.transaction() as tx:
        await tx.run("UPDATE catalogue.categories SET is_active = false WHERE slug = 'games'")
        assert not (await sellables(tx, [number]))[number].is_active


async def test_an_unknown_product_can_be_neither_closed_nor_opened(desk: CatalogueDesk) -> None:
    with pytest.raises(NoSuchProduct):
        await close_product(desk, "tidak-ada")
    with pytest.raises(NoSuchProduct):
        await reopen_product(desk, "tidak-ada")
