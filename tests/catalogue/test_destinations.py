"""What each product needs is judged before any money moves, and an error names its field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.catalogue.destinations import Destination, needs, read_destination
from konter.catalogue.prefixes import operators_of_brand, operators_of_number
from konter.kernel.errors import Invalid

MOBILE_LEGENDS = "MOBILE LEGENDS"


def read(
    type: str,
    brand: str,
    target: str,
    server: str | None = None,
    *,
    description: str = "",
    development: bool = False,
) -> Destination:
    return read_destination(
        type=type,
        brand=brand,
        description=description,
        target_id=target,
        server_id=server,
        development=development,
    )


def faults(
    type: str, brand: str, target: str, server: str | None = None, *, development: bool = False
) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        read(type, brand, target, server, development=development)
    return refused.value.errors


@pytest.mark.parametrize(
    "written",
    ["087800001230", "+6287800001230", "6287800001230", "0878-0000-1230", " 0878 0000 1230 "],
)
def test_a_phone_number_is_read_as_people_write_it(written: str) -> None:
    assert read("pulsa", "XL", written) == Destination(("087800001230",), "087800001230")


@pytest.mark.parametrize(
    "wrong", ["", "08", "081234567", "08123456789012", "021555123456", "0812345678a", "٠٨١٢٣٤٥٦٧٨٩"]
)
def test_what_is_no_phone_number_is_refused_by_its_field(wrong: str) -> None:
    for type, brand in (("pulsa", "TELKOMSEL"), ("data", "XL"), ("emoney", "DANA")):
        assert list(faults(type, brand, wrong)) == ["target_id"]


def test_ten_and_thirteen_digits_are_the_bounds() -> None:
    assert read("emoney", "OVO", "0812345678").parts == ("0812345678",)
    assert read("emoney", "OVO", "0812345678901").parts == ("0812345678901",)


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("081112345678", "TELKOMSEL"),
        ("085155123456", "TELKOMSEL"),
        ("085155123456", "by.U"),
        ("085712345678", "INDOSAT"),
        ("085912345678", "XL"),
        ("083812345678", "AXIS"),
        ("083812345678", "XL - AXIS"),
        ("089512345678", "TRI"),
        ("089512345678", "Three"),
        ("088112345678", "SMARTFREN"),
    ],
)
def test_a_number_of_the_brands_operator_passes(number: str, brand: str) -> None:
    for type in ("pulsa", "data"):
        assert read(type, brand, number).parts == (number,)


@pytest.mark.parametrize(
    ("number", "brand", "named"),
    [
        ("081212345678", "XL", ("Telkomsel", "XL")),
        ("087812345678", "AXIS", ("XL", "Axis")),
        ("081212345678", "by.U", ("Telkomsel", "by.U")),
        ("085155123456", "INDOSAT", ("Telkomsel / by.U", "Indosat")),
        ("088112345678", "TRI", ("Smartfren", "Tri")),
    ],
)
def test_a_number_of_another_operator_is_refused_naming_both(
    number: str, brand: str, named: tuple[str, str]
) -> None:
    (text,) = faults("pulsa", brand, number)["target_id"]
    assert all(name in text for name in named)


def test_an_unknown_prefix_or_an_unknown_brand_is_nobodys_fault() -> None:
    assert operators_of_number("080012345678") == ()
    assert read("pulsa", "TELKOMSEL", "080012345678").parts == ("080012345678",)
    assert operators_of_brand("LIVE.ON") == ()
    assert read("pulsa", "LIVE.ON", "081212345678").parts == ("081212345678",)


def test_mobile_legends_needs_both_parts() -> None:
    found = read("game", MOBILE_LEGENDS, "12345678", "1234")
    assert found == Destination(("12345678", "1234"), "12345678 (1234)")
    assert list(faults("game", MOBILE_LEGENDS, "12345678")) == ["server_id"]
    assert list(faults("game", MOBILE_LEGENDS, "", "1234")) == ["target_id"]
    assert set(faults("game", MOBILE_LEGENDS, "", "")) == {"target_id", "server_id"}
    assert list(faults("game", MOBILE_LEGENDS, "budi", "1234")) == ["target_id"]
    assert list(faults("game", MOBILE_LEGENDS, "12345678", "asia")) == ["server_id"]


@pytest.mark.parametrize("written", ["12345678 (1234)", "12345678(1234)", "12345678-1234"])
def test_both_parts_in_the_first_field_are_taken_apart(written: str) -> None:
    assert read("game", MOBILE_LEGENDS, written).parts == ("12345678", "1234")


def test_parts_that_run_together_are_never_guessed_apart() -> None:
    assert list(faults("game", MOBILE_LEGENDS, "123456781234")) == ["server_id"]


def test_a_description_may_tell_of_a_zone_or_a_server() -> None:
    zone = "no pelanggan = gabungan antara user_id dan zone_id"
    assert read("game", "BARU", "1", "2", description=zone).parts == ("1", "2")
    assert [n.field for n in needs("game", "BARU", "UID|Server")] == ["target_id", "server_id"]
    assert [n.field for n in needs("game", "BARU", "semua server")] == ["target_id"]


def test_a_game_with_servers_needs_one() -> None:
    assert read("game", "Genshin Impact", "800123456", "Asia").parts == ("800123456", "Asia")
    assert list(faults("game", "Genshin Impact", "800123456")) == ["server_id"]
    assert list(faults("game", "Genshin Impact", "800123456", "a|b")) == ["server_id"]


def test_free_fire_needs_one_part() -> None:
    for brand in ("FREE FIRE", "PUBG MOBILE"):
        assert read("game", brand, "123456789").parts == ("123456789",)
        assert read("game", brand, "123456789", "").parts == ("123456789",)
        assert list(faults("game", brand, "123456789", "1234")) == ["server_id"]
        assert list(faults("game", brand, "budi")) == ["target_id"]
    assert read("game", "VALORANT", "budi#1234").parts == ("budi#1234",)


def test_a_meter_has_eleven_or_twelve_digits() -> None:
    assert read("pln", "PLN", "45012345678").parts == ("45012345678",)
    assert read("pln", "PLN", "5300-0000-0001").parts == ("530000000001",)
    for wrong in ("1234554321", "1234567890123", "4501234567x"):
        assert list(faults("pln", "PLN", wrong)) == ["target_id"]


def test_the_documents_sample_meter_passes_in_development_only() -> None:
    assert read("pln", "PLN", "1234554321", development=True).parts == ("1234554321",)
    assert list(faults("pln", "PLN", "123455432", development=True)) == ["target_id"]


def test_a_card_has_sixteen_digits() -> None:
    assert read("emoney", "MANDIRI E-TOLL", "6032 9812 3456 7890").parts == ("6032981234567890",)
    assert list(faults("emoney", "MANDIRI E-TOLL", "081234567890")) == ["target_id"]


@pytest.mark.parametrize("wrong", ["", "  ", "x" * 51, "a\x00b", "a\nb", "\ud800"])
def test_other_products_take_any_printable_text_and_nothing_else(wrong: str) -> None:
    for type in ("voucher", "other"):
        assert list(faults(type, "STEAM", wrong)) == ["target_id"]
        assert read(type, "STEAM", " budi@contoh.id ").parts == ("budi@contoh.id",)


@given(
    st.sampled_from(["pulsa", "data", "pln", "emoney", "game", "voucher", "other"]),
    st.sampled_from(["XL", MOBILE_LEGENDS, "FREE FIRE", "Genshin Impact", "DANA", "TAPCASH BNI"]),
    st.text(),
    st.none() | st.text(),
)
def test_whatever_comes_out_can_be_stored_and_sent(
    type: str, brand: str, target: str, server: str | None
) -> None:
    try:
        found = read(type, brand, target, server)
    except Invalid as refused:
        assert set(refused.errors) <= {"target_id", "server_id"}
    else:
        assert all(part and part.isprintable() and len(part) <= 50 for part in found.parts)
        assert len(found.parts) == len(needs(type, brand))
