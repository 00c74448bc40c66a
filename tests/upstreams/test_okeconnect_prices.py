"""OkeConnect's price list: what only looks like goods is named and never sold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer
from konter.upstreams.contract import Amounts, PriceItem, PriceList, UpstreamRefused
from tests.upstreams.okeconnect_asks import OKECONNECT

ROW: dict[str, Any] = {
    "kode": "SMDC150",
    "keterangan": "Smart 30GB All + 60GB (01-05) 30 Hari",
    "produk": "Data Smart Combo",
    "kategori": "KUOTA SMARTFREN",
    "harga": "134600",
    "status": "1",
}


def listed(*rows: Any) -> PriceList:
    return OKECONNECT.read_price_list(WireAnswer(200, {}, json.dumps(rows).encode()))


def item(**changes: Any) -> PriceItem:
    found = listed({**ROW, **changes})
    assert (found.unreadable, found.not_for_sale) == ((), ())
    return found.items[0]


def trap(**changes: Any) -> str:
    """Why it is not for sale; it is named with its code in brackets."""
    found = listed({**ROW, **changes})
    assert (found.items, found.unreadable) == ((), ())
    (named,) = found.not_for_sale
    assert f"({({**ROW, **changes})['kode']})" in named
    return named


def test_a_row_is_an_item_that_sells_once_a_day_to_one_number() -> None:
    assert item() == PriceItem(
        sku="SMDC150",
        name="Smart 30GB All + 60GB (01-05) 30 Hari",
        category="Data",
        brand="Smartfren",
        kind="Data Smart Combo",
        seller="",
        price=Rupiah(134_600),
        buyer_open=True,
        seller_open=True,
        stock=None,
        multi=False,
        cut_off_start=None,
        cut_off_end=None,
        description="",
    )
    assert item().open


def test_a_closed_row_is_an_item_that_is_closed() -> None:
    assert not item(status="0").open
    assert not item(status=0).open
    assert item(status=1).open


@pytest.mark.parametrize("status", [None, "", "2", "-1", "buka", True, [], "01"])
def test_a_status_that_is_not_known_is_unreadable(status: Any) -> None:
    found = listed({**ROW, "status": status})
    assert found.items == ()
    assert found.unreadable == ("row 0 (SMDC150): status",)


@pytest.mark.parametrize(
    "harga", [None, "", "gratis", "134.600", "134,600", "1e5", "134600.00", True, [], "9" * 40, "٣"]
)
def test_a_price_that_is_no_whole_number_is_unreadable(harga: Any) -> None:
    found = listed({**ROW, "harga": harga})
    assert found.items == ()
    assert found.unreadable == ("row 0 (SMDC150): harga",)


@pytest.mark.parametrize("kode", [None, "", " ", 15, "A\tB"])
def test_a_row_without_a_code_is_unreadable(kode: Any) -> None:
    assert len(listed({**ROW, "kode": kode}).unreadable) == 1


@pytest.mark.parametrize(
    "changes, because",
    [
        ({"kode": "BPLA", "keterangan": "PLN Pascabayar", "harga": "-1150"}, "commission"),
        ({"kode": "BCS10", "kategori": "BULK CASHBACK", "harga": "-250"}, "commission"),
        ({"kode": "CPLA", "keterangan": "PLN Pascabayar", "harga": "0"}, "costs nothing"),
        ({"kode": "T3", "keterangan": "Three 3.000", "harga": "0"}, "costs nothing"),
        ({"kode": "CEKOVO", "keterangan": "Nama OVO", "harga": "250"}, "CEK"),
        ({"kode": "cekovo", "keterangan": "Nama OVO", "harga": "250"}, "CEK"),
        ({"kategori": "PASCABAYAR", "harga": "2500"}, "a bill or its inquiry"),
        ({"kategori": "AIR PDAM", "harga": "2500"}, "a bill or its inquiry"),
        ({"kategori": "Tagihan PBB", "harga": "2500"}, "a bill or its inquiry"),
        ({"kategori": "FINANCE", "harga": "2500"}, "a bill or its inquiry"),
        ({"kategori": "TAGIHAN", "harga": "2500"}, "a bill or its inquiry"),
        ({"keterangan": "Cek Voucher Indosat", "harga": "999"}, "by its name"),
        ({"keterangan": "Bayar Voucher Indosat", "harga": "999"}, "by its name"),
        ({"keterangan": "CEK  Nama", "harga": "5000"}, "by its name"),
        ({"kategori": "NOMINAL BEBAS", "harga": "10001"}, "no fee is 10001"),
        ({"kode": "BBSDN", "kategori": "DOMPET DIGITAL", "harga": "25000"}, "no fee is 25000"),
        ({"kode": "BBSDN", "kategori": "NOMINAL BEBAS", "harga": "-50"}, "commission"),
        ({"kode": "BBSDN", "kategori": "NOMINAL BEBAS", "harga": "0"}, "costs nothing"),
        ({"kode": "DUMMY1", "harga": "1"}, "a dummy price"),
        ({"kode": "T500", "harga": "99999999"}, "a dummy price"),
    ],
)
def test_a_trap_is_named_and_never_sold(changes: dict[str, Any], because: str) -> None:
    assert because in trap(**changes)
    assert because in trap(**changes, status="0")


def test_a_code_whose_twin_is_a_bill_or_an_inquiry_is_one_too() -> None:
    """A bill may be listed with a fee above zero, and its inquiry at a dummy price."""
    bill, inquiry = {**ROW, "kode": "BXY", "harga": "750"}, {**ROW, "kode": "CXY", "harga": "0"}
    found = listed(bill, inquiry)
    assert found.items == ()
    assert len(found.not_for_sale) == 2
    found = listed({**inquiry, "harga": "999"}, {**bill, "harga": "-1150"})
    assert found.items == ()


@pytest.mark.parametrize(
    ("changes", "fee"),
    [
        ({"kategori": "NOMINAL BEBAS", "harga": "500"}, 500),
        ({"kode": "BBSDN", "kategori": "DOMPET DIGITAL", "harga": "650"}, 650),
        ({"kode": "bbsdn", "kategori": "DIGITAL", "harga": "10000"}, 10_000),
        ({"kategori": "NOMINAL BEBAS", "harga": "50"}, 200),
        ({"kategori": "NOMINAL BEBAS", "harga": "1"}, 200),
    ],
)
def test_an_open_denomination_is_an_item_of_its_own_kind_at_no_less_than_its_fee(
    changes: dict[str, Any], fee: int
) -> None:
    """Their list names less than they charge."""
    found = item(**changes)
    assert (found.price, found.amounts) == (Rupiah(fee), Amounts(10_000, 10_000_000))
    assert item().amounts is None


@pytest.mark.parametrize(
    ("name", "category", "brand"),
    [
        ("H2H DANA Topup (Bebas Nominal)", "E-Money", "Dana"),
        ("Topup GoPay bebas", "E-Money", "Gopay"),
        ("Transfer Bank Danamon", "NOMINAL BEBAS", "Bebas Nominal"),
    ],
)
def test_an_open_denomination_of_a_known_wallet_wants_a_telephone_number(
    name: str, category: str, brand: str
) -> None:
    row = {"kategori": "NOMINAL BEBAS", "produk": "Bebas Nominal", "harga": "50"}
    found = item(**row, keterangan=name)
    assert (found.category, found.brand) == (category, brand)


def test_goods_whose_codes_begin_like_bills_are_sold() -> None:
    found = listed({**ROW, "kode": "BR10"}, {**ROW, "kode": "CR10"}, {**ROW, "kode": "COC80"})
    assert [item.sku for item in found.items] == ["BR10", "CR10", "COC80"]
    assert found.not_for_sale == ()


@pytest.mark.parametrize(
    "kategori, produk, category, brand",
    [
        ("PULSA", "Three", "Pulsa", "Three"),
        ("PULSA", "by U", "Pulsa", "by.U"),
        ("PULSA", "by U Pulsa", "Pulsa", "by.U"),
        ("PULSA", "XL - AXIS", "Pulsa", "XL"),
        ("KUOTA TRI", "AON", "Data", "Tri"),
        ("KUOTA BYU", "Data Yang Bikin Seru", "Data", "by.U"),
        ("KUOTA TELKOMSEL", "by U Data", "Data", "by.U"),
        ("KUOTA NASIONAL", "XL - AXIS", "Data", "XL"),
        ("TOKEN PLN", "Token PLN", "PLN", "PLN"),
        ("DOMPET DIGITAL", "Dana", "E-Money", "Dana"),
        ("DIGITAL", "Mobile Legends", "DIGITAL", "Mobile Legends"),
        ("CETAK VOUCHER", "Voucher Axis", "CETAK VOUCHER", "Voucher Axis"),
    ],
)
def test_the_shops_categories_and_brands_know_what_a_destination_looks_like(
    kategori: str, produk: str, category: str, brand: str
) -> None:
    found = item(kategori=kategori, produk=produk)
    assert (found.category, found.brand, found.kind) == (category, brand, produk)


def test_a_spoilt_row_spoils_no_other() -> None:
    whole = json.dumps(ROW)
    body = f'[{whole}, 7, null, "x", {{"kode": "S5"}}, {whole}]'.encode()
    found = OKECONNECT.read_price_list(WireAnswer(200, {}, body))
    assert [item.sku for item in found.items] == ["SMDC150", "SMDC150"]
    assert len(found.unreadable) == 4


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{}", b'{"data": []}', b"null", b"Pin Salah", b"[", b"\xff", b"[" * 5000],
)
def test_what_is_no_list_is_refused_and_never_an_empty_one(body: bytes) -> None:
    with pytest.raises(UpstreamRefused):
        OKECONNECT.read_price_list(WireAnswer(200, {}, body))


@pytest.mark.parametrize("status", [301, 403, 429, 500, 502, 503])
def test_a_list_under_another_status_than_200_is_refused(status: int) -> None:
    with pytest.raises(UpstreamRefused) as refused:
        OKECONNECT.read_price_list(WireAnswer(status, {}, b"[]"))
    assert refused.value.facts["http_status"] == status


_odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
)


@given(st.lists(st.dictionaries(st.sampled_from(list(ROW)), _odd) | _odd, max_size=6))
def test_every_row_is_an_item_or_named(rows: list[Any]) -> None:
    found = listed(*rows)
    assert len(found.items) + len(found.unreadable) + len(found.not_for_sale) == len(rows)
    for one in found.items:
        assert one.price >= Rupiah(200 if one.amounts else 100)
        assert not one.multi


@given(
    st.sampled_from(["S5", "BPLA", "CPLA", "CEKD", "BBSDN", "T1"]),
    st.integers(-5_000, 99),
    st.sampled_from(["PULSA", "DIGITAL", "TAGIHAN", "NOMINAL BEBAS"]),
)
def test_nothing_is_ever_sold_for_next_to_nothing(kode: str, harga: int, kategori: str) -> None:
    """An open denomination may list little, and is no whole price then."""
    found = listed({**ROW, "kode": kode, "harga": str(harga), "kategori": kategori}).items
    assert all(one.amounts is not None and one.price == Rupiah(200) for one in found)
    if harga <= 0 or (kode != "BBSDN" and kategori != "NOMINAL BEBAS"):
        assert found == ()
