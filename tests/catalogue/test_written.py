"""Names as people read them, whatever capitals a supplier gave."""

from __future__ import annotations

import pytest

from konter.catalogue.written import brand_written, written


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Xl 10.000", "XL 10.000"),
        ("Pulsa Xl Rp 100.000", "Pulsa XL Rp 100.000"),
        ("Axis Bronet 2 Gb 30 Hari", "AXIS Bronet 2 GB 30 Hari"),
        ("Xl Xtra Combo 8gb", "XL Xtra Combo 8GB"),
        ("Go Pay 50.000", "GoPay 50.000"),
        ("Gopay 50.000", "GoPay 50.000"),
        ("Ovo 20.000", "OVO 20.000"),
        ("dana 10.000", "DANA 10.000"),
        ("Pln 20.000", "PLN 20.000"),
        ("Shopee Pay 1.000", "ShopeePay 1.000"),
        ("MOBILELEGEND - 5 Diamond", "Mobile Legends - 5 Diamond"),
        ("by.U 7 GB 30 Hari", "by.U 7 GB 30 Hari"),
    ],
)
def test_names_in_a_products_name_are_written_as_their_owners_do(given: str, shown: str) -> None:
    assert written(given) == shown
    assert written(shown) == shown, "written once, it stays"


@pytest.mark.parametrize(
    "name", ["Telkomsel 10.000", "Xlent Boost", "Danamon", "Tribun", "Steam Wallet Rp 12.000", ""]
)
def test_whatever_else_a_name_says_stays(name: str) -> None:
    assert written(name) == name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("TELKOMSEL", "Telkomsel"),
        ("XL", "XL"),
        ("AXIS", "AXIS"),
        ("TRI", "Tri"),
        ("GO PAY", "GoPay"),
        ("MOBILE LEGENDS", "Mobile Legends"),
        ("PUBG MOBILE", "PUBG Mobile"),
        ("CALL OF DUTY", "Call of Duty"),
        ("by.U", "by.U"),
        ("Kartu As", "Kartu As"),
    ],
)
def test_a_brand_that_is_shouted_is_said(given: str, shown: str) -> None:
    assert brand_written(given) == shown
