"""Buyers find products by category and words, at the price of their role."""

from __future__ import annotations

import pytest

from konter.catalogue.browse import browse, list_categories, patterns, show_product
from konter.catalogue.categories import slug_of, type_of
from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.products import NoSuchProduct, close_product
from konter.catalogue.sync import NoSuchCategory
from konter.kernel.money import Rupiah
from konter.people.permits import Role
from tests.catalogue.shelf import product, sync


@pytest.fixture
async def shelf(desk: CatalogueDesk) -> CatalogueDesk:
    await sync(desk)
    return desk


async def found(desk: CatalogueDesk, words: str) -> set[str]:
    return {one.code for one in (await browse(desk, None, search=words)).products}


async def test_categories_are_listed_with_what_is_on_sale(shelf: CatalogueDesk) -> None:
    listed = {category.slug: category.products for category in await list_categories(shelf)}
    assert listed["games"] == 7 and listed["paket-data"] == 3


@pytest.mark.parametrize(
    ("role", "price"),
    [
        (None, 4_450),
        (Role.RETAIL, 4_450),
        (Role.RESELLER, 2_950),
        (Role.OPERATOR, 2_950),
        (Role.ADMIN, 2_950),
    ],
)
async def test_the_price_is_for_who_asks(
    shelf: CatalogueDesk, role: Role | None, price: int
) -> None:
    number = (await product(shelf, "ml5"))["id"]
    assert (await show_product(shelf, role, number)).price == Rupiah(price)


async def test_every_word_must_be_found_in_name_code_or_brand(shelf: CatalogueDesk) -> None:
    assert await found(shelf, "MOBILE diamond 86") == {"ml86"}
    assert await found(shelf, "XLD10") == {"xld10"}
    assert await found(shelf, "tidak ada") == set()


async def test_a_search_means_its_words_literally(shelf: CatalogueDesk) -> None:
    for words in ("%", "_l5", "m\\l", "' OR 1=1 --", "a\x00%"):
        assert await found(shelf, words) == set()
    assert patterns("50%_\\") == ["%50\\%\\_\\\\%"]


async def test_what_is_closed_is_not_browsed_but_can_be_looked_at(shelf: CatalogueDesk) -> None:
    number = (await product(shelf, "ml5"))["id"]
    await close_product(shelf, "ml5")
    assert "ml5" not in await found(shelf, "")
    assert not (await show_product(shelf, None, number)).is_active
    with pytest.raises(NoSuchProduct):
        await show_product(shelf, None, -1)


async def test_pages_follow_each_other_without_gap(shelf: CatalogueDesk) -> None:
    games = next(c for c in await list_categories(shelf) if c.slug == "games")
    pages = [await browse(shelf, None, category_id=games.id, page=n, per_page=3) for n in (1, 2, 3)]
    codes = [one.code for page in pages for one in page.products]
    assert len(codes) == len(set(codes)) == pages[0].total == 7
    with pytest.raises(NoSuchCategory):
        await browse(shelf, None, category_id=-1)


@pytest.mark.parametrize(
    ("name", "slug", "type"),
    [
        ("Games", "games", "game"),
        ("Paket Data", "paket-data", "data"),
        ("E-Money", "e-money", "emoney"),
        ("Aktivasi Voucher", "aktivasi-voucher", "other"),
        ("  Café & Más ", "cafe-mas", "other"),
        ("日本", "lainnya", "other"),
    ],
)
def test_a_category_goes_by_its_slug(name: str, slug: str, type: str) -> None:
    assert (slug_of(name), type_of(slug)) == (slug, type)
