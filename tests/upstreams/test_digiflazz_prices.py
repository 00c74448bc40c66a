"""The price list: every row is an item or is named, and a refusal is never an empty list."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.kernel.money import Rupiah
from konter.upstreams.contract import PriceItem, PriceList, UpstreamRefused
from tests.upstreams.asks import DEVELOPMENT, VECTORS, answer, raw

ROW: dict[str, Any] = json.loads(VECTORS["price_lists"][0])["data"][0]


def listed(*rows: Any) -> PriceList:
    return DEVELOPMENT.read_price_list(answer(list(rows)))


def item(**changes: Any) -> PriceItem:
    found = listed({**ROW, **changes})
    assert not found.unreadable, found.unreadable
    return found.items[0]


def test_the_official_prepaid_list_is_read() -> None:
    found = DEVELOPMENT.read_price_list(raw(VECTORS["price_lists"][0].encode()))
    assert found.unreadable == ()
    xl, telkomsel = found.items
    assert xl == PriceItem(
        sku="X100",
        name="Xl 100.000",
        category="Pulsa",
        brand="XL",
        kind="Umum",
        seller="PT. ABC",
        price=Rupiah(98_000),
        buyer_open=True,
        seller_open=True,
        stock=None,
        multi=True,
        cut_off_start=23 * 60 + 45,
        cut_off_end=15,
        description="Pulsa Xl Rp 100.000",
    )
    assert xl.open
    assert (telkomsel.stock, telkomsel.multi, telkomsel.open) == (1200, False, False)
    assert (telkomsel.cut_off_start, telkomsel.cut_off_end) == (None, None)


def test_bills_are_not_prepaid_items_and_are_named() -> None:
    found = DEVELOPMENT.read_price_list(raw(VECTORS["price_lists"][1].encode()))
    assert found.items == ()
    assert found.unreadable == ("row 0 (pln): price", "row 1 (aetra): price")


@pytest.mark.parametrize("price", ["98000", 98_000.0, "98000.00", 98_000])
def test_a_price_may_be_text_or_number(price: Any) -> None:
    assert item(price=price).price == Rupiah(98_000)


@pytest.mark.parametrize(
    "buyer, seller, unlimited, stock, is_open",
    [
        (True, True, True, 0, True),
        (True, True, True, "banyak", True),
        (True, True, False, 1, True),
        (True, True, False, "12", True),
        (True, True, False, 0, False),
        (True, True, False, -3, False),
        (False, True, True, 0, False),
        (True, False, True, 0, False),
    ],
)
def test_an_item_is_open_when_both_sides_are_and_there_is_stock(
    buyer: bool, seller: bool, unlimited: bool, stock: Any, is_open: bool
) -> None:
    found = item(
        buyer_product_status=buyer,
        seller_product_status=seller,
        unlimited_stock=unlimited,
        stock=stock,
    )
    assert found.open is is_open


@pytest.mark.parametrize(
    "start, end, window",
    [
        ("23:45", "00:15", (1425, 15)),
        ("0:15", "1:5", (15, 65)),
        (" 22:00 ", "24:00", (1320, 0)),
        ("00:00", "00:00", (None, None)),
        ("0:0", "00:00", (None, None)),
        ("24:00", "00:00", (None, None)),
        ("12:30", "12:30", (None, None)),
        ("", "", (None, None)),
        ("23:45", None, (None, None)),
        ("25:00", "01:00", (None, None)),
        ("23:60", "01:00", (None, None)),
        ("24:01", "01:00", (None, None)),
        ("malam", "pagi", (None, None)),
        ("-1:00", "01:00", (None, None)),
        ("²:00", "01:00", (None, None)),
        (2345, 15, (None, None)),
    ],
)
def test_cut_offs_are_read_leniently(
    start: Any, end: Any, window: tuple[int | None, int | None]
) -> None:
    found = item(start_cut_off=start, end_cut_off=end)
    assert (found.cut_off_start, found.cut_off_end) == window


@pytest.mark.parametrize(
    "change",
    [
        {"buyer_sku_code": ""},
        {"buyer_sku_code": None},
        {"buyer_sku_code": 7},
        {"price": 0},
        {"price": -1},
        {"price": None},
        {"price": ""},
        {"price": True},
        {"price": "98.000,00"},
        {"price": 98_000.5},
        {"price": 10**30},
        {"price": "1e9999999"},
        {"buyer_product_status": None},
        {"buyer_product_status": "aktif"},
        {"seller_product_status": 1},
        {"unlimited_stock": None},
        {"unlimited_stock": False, "stock": None},
        {"unlimited_stock": False, "stock": "sedikit"},
        {"multi": "ya"},
    ],
)
def test_a_row_that_cannot_be_sold_from_is_named_and_the_rest_is_kept(
    change: dict[str, Any],
) -> None:
    good = {**ROW, "buyer_sku_code": "GOOD"}
    found = listed({**ROW, **change}, good)
    assert [each.sku for each in found.items] == ["GOOD"]
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith("row 0 (")


@pytest.mark.parametrize("row", [None, 7, "x", [], [ROW]])
def test_a_row_that_is_no_object_is_named(row: Any) -> None:
    found = listed(row, ROW)
    assert len(found.items) == 1
    assert found.unreadable == ("row 0: not an object that can be read",)


def test_text_that_is_missing_or_odd_costs_no_item() -> None:
    found = item(product_name=None, category=7, brand="XL\x00 ", desc=[], type=None)
    assert (found.name, found.category, found.brand) == ("X100", "", "XL")
    assert (found.description, found.kind) == ("", "")


def test_half_an_emoji_in_one_row_costs_no_row() -> None:
    found = listed({**ROW, "desc": "murah \ud83d"}, ROW)
    assert [each.description for each in found.items] == ["murah \ufffd", ROW["desc"]]


def test_bytes_that_are_no_text_cost_only_their_row() -> None:
    body = answer([{**ROW, "desc": "Z"}, ROW]).body.replace(b'"Z"', b'"\xff"')
    found = DEVELOPMENT.read_price_list(raw(body))
    assert found.unreadable == ("row 0: not an object that can be read",)
    assert len(found.items) == 1


def test_an_empty_list_is_a_list() -> None:
    assert listed() == PriceList(())


def test_an_object_instead_of_a_list_is_a_refusal_with_rc_and_message() -> None:
    with pytest.raises(UpstreamRefused) as refused:
        DEVELOPMENT.read_price_list(raw(VECTORS["responses"][12].encode()))
    assert refused.value.facts["rc"] == "83"
    assert "limitasi pengecekan pricelist" in refused.value.text


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"data":null}', b'{"data":"x"}', b'{"data":[{}']
)
def test_a_list_that_cannot_be_read_is_a_refusal_and_not_an_empty_list(body: bytes) -> None:
    with pytest.raises(UpstreamRefused):
        DEVELOPMENT.read_price_list(raw(body, 502))


_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_odd = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | _FLOATS


@given(st.lists(st.dictionaries(st.sampled_from(list(ROW)), _odd) | _odd, max_size=5))
def test_no_row_is_ever_dropped_silently(rows: list[Any]) -> None:
    whole = [{**ROW, **row} if isinstance(row, dict) else row for row in rows]
    found = listed(*whole)
    assert len(found.items) + len(found.unreadable) == len(rows)
    assert all(each.price.amount > 0 and each.sku for each in found.items)
