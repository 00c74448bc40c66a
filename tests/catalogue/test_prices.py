"""Markup rules: the most specific wins, fractions go up, and a new rule reprices at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.prices import (
    Kind,
    Role,
    Rule,
    RuleBook,
    closing,
    drop_rule,
    list_rules,
    price_for,
    reprice,
    set_rule,
)
from konter.kernel.errors import Invalid
from konter.kernel.money import Rupiah
from tests.catalogue.shelf import history, product, sync, versions
from tests.conftest import ManualClock

DEFAULT = Rule(Role.RETAIL, Kind.FLAT, 3_000)


def test_a_flat_markup_is_added() -> None:
    assert price_for(Rupiah(10_000), DEFAULT) == Rupiah(13_000)


@given(st.integers(1, 10**9), st.integers(0, 100_000))
def test_a_percentage_rounds_up_to_the_next_rupiah(cost: int, basis_points: int) -> None:
    price = price_for(Rupiah(cost), Rule(Role.RETAIL, Kind.PERCENT, basis_points)).amount
    exact = cost * (10_000 + basis_points)
    assert (price - 1) * 10_000 < exact <= price * 10_000


def test_the_most_specific_rule_wins() -> None:
    reseller = Rule(Role.RESELLER, Kind.FLAT, 1_500)
    category = Rule(Role.RETAIL, Kind.FLAT, 1, category_slug="games")
    brand = Rule(Role.RETAIL, Kind.FLAT, 2, brand="GARENA")
    both = Rule(Role.RETAIL, Kind.FLAT, 3, "games", "Garena")
    book = RuleBook([both, DEFAULT, category, reseller, brand])
    assert book.rule(Role.RETAIL, "games", "garena") is both
    assert book.rule(Role.RETAIL, "voucher", "Garena") is brand
    assert book.rule(Role.RETAIL, "games", "STEAM") is category
    assert book.rule(Role.RETAIL, "voucher", "STEAM") is DEFAULT
    assert book.rule(Role.RESELLER, "games", "Garena") is reseller
    assert book.prices(10_000, "games", "Garena") == (10_003, 11_500)


@pytest.mark.parametrize(
    ("closed_because", "profit", "expected"),
    [
        (None, 100, None),
        (None, 99, "margin"),
        ("margin", 100, None),
        ("margin", 99, "margin"),
        ("operator", 100, "operator"),
        ("upstream", 0, "upstream"),
        ("vanished", 100, "vanished"),
    ],
)
def test_only_the_margin_opens_what_the_margin_closed(
    closed_because: str | None, profit: int, expected: str | None
) -> None:
    assert closing(closed_because, profit, 100) == expected


async def test_a_fresh_shop_has_the_default_rules(desk: CatalogueDesk) -> None:
    assert await list_rules(desk) == [
        Rule(Role.RESELLER, Kind.FLAT, 1_500),
        Rule(Role.RETAIL, Kind.FLAT, 3_000),
    ]


async def test_a_new_rule_reprices_what_it_touches_and_keeps_history(
    desk: CatalogueDesk, clock: ManualClock
) -> None:
    await sync(desk)
    clock.advance(60)
    done = await set_rule(desk, Rule(Role.RETAIL, Kind.PERCENT, 1_000, "games"))
    assert done.repriced == 7
    assert (await product(desk, "ml5"))["retail_price"] == 1_595
    assert (await product(desk, "xld10"))["retail_price"] == 13_000
    assert await history(desk, "ml5") == [
        ("created", 1_450, 4_450, 2_950),
        ("rule", 1_450, 1_595, 2_950),
    ]
    assert (await sync(desk)).repriced == 0
    assert (await drop_rule(desk, Rule(Role.RETAIL, Kind.FLAT, 0, "games"))).repriced == 7
    assert (await product(desk, "ml5"))["retail_price"] == 4_450


async def test_repricing_twice_rewrites_nothing(desk: CatalogueDesk) -> None:
    await sync(desk)
    before = await versions(desk)
    done = await reprice(desk)
    assert (done.repriced, done.closed, done.reopened) == (0, 0, 0)
    assert await versions(desk) == before


async def test_the_default_can_be_replaced_and_never_removed(desk: CatalogueDesk) -> None:
    with pytest.raises(Invalid):
        await drop_rule(desk, DEFAULT)
    with pytest.raises(Invalid):
        await set_rule(desk, Rule(Role.RETAIL, Kind.FLAT, -1))
    await set_rule(desk, Rule(Role.RETAIL, Kind.FLAT, 2_500))
    assert Rule(Role.RETAIL, Kind.FLAT, 2_500) in await list_rules(desk)
