"""The signatures of facts B2 and of our own table, right ones and the wrong ones that are about."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from konter.people import signatures
from konter.people.signatures import (
    OtomaxBalance,
    OtomaxCall,
    OtomaxTicket,
    OtomaxTrx,
    Pin,
    hmac_fits,
    hmac_header,
    md5_sign,
    otomax_fits,
    otomax_sign,
)

YUSUF = Pin("1144", "abcd")
TRX = OtomaxTrx("YUSUF", "X10", "08123456789", "2140669")
NOW = datetime(2026, 11, 16, 3, 30, tzinfo=UTC)
SECRET = "rahasia-toko"

VECTORS: list[tuple[OtomaxCall, Pin, str]] = [
    (TRX, YUSUF, "Cp9NLVuKWBt5Sey_uMlYsvnKvJI"),
    (
        OtomaxTrx("VPS", "CLPDATA", "081295221639", "3040881"),
        Pin("777999", "vps777999"),
        "MsP6Aticed6s1rlEhvj4NKceFVQ",
    ),
    (
        OtomaxTrx("VPS", "CLPDATA", "081295221639", "3040881LIST"),
        Pin("777999", "vps777999"),
        "pEGjrgXE0kSHupl8uSjPbODg7R4",
    ),
    (OtomaxBalance("YUSUF"), YUSUF, "YFuaekLx4HR_wei0nLRzxjqll0Q"),
    (OtomaxTicket("YUSUF", "1000000"), YUSUF, "BzomrTDf-ZD9Fows4716JwNZd2A"),
    (
        OtomaxTrx("M001", "PULSA5", "081234567890", "REF1"),
        Pin("1234", "secret"),
        "setS8YfDxhN7k3kiUOlPDZG-Gcc",
    ),
]


@pytest.mark.parametrize(("call", "own", "sign"), VECTORS)
def test_the_signs_that_otomax_documents_and_gateways_publish_fit(
    call: OtomaxCall, own: Pin, sign: str
) -> None:
    assert otomax_fits(sign, call, own)
    assert len(sign) == 27


@pytest.mark.parametrize(("call", "own", "sign"), VECTORS)
def test_a_sign_fits_in_no_other_case_of_letters(call: OtomaxCall, own: Pin, sign: str) -> None:
    assert not otomax_fits(sign.swapcase(), call, own)
    assert not otomax_fits(sign.lower(), call, own)
    assert not otomax_fits(sign.upper(), call, own)


@pytest.mark.parametrize(("call", "own", "sign"), VECTORS)
def test_neither_padding_nor_plain_base64_nor_a_part_of_a_sign_fits(
    call: OtomaxCall, own: Pin, sign: str
) -> None:
    for wrong in (sign + "=", sign[:-1], sign + "A", f" {sign}", sign.replace("_", "/"), ""):
        assert otomax_fits(wrong, call, own) is (wrong == sign)


def test_the_sign_that_a_widely_copied_comment_promises_is_wrong() -> None:
    assert not otomax_fits("vlrN9Yuu4xHAT8_bXIUHKw2NjHo", TRX, YUSUF)


def test_base64_of_the_hex_digest_is_wrong() -> None:
    text = b"OtomaX|YUSUF|X10|08123456789|2140669|1144|abcd"
    naive = urlsafe_b64encode(hashlib.sha1(text).hexdigest().encode()).decode().rstrip("=")
    assert not otomax_fits(naive, TRX, YUSUF)
    assert not otomax_fits(hashlib.sha1(text).hexdigest(), TRX, YUSUF)


def test_balances_signed_in_other_engines_ways_are_wrong() -> None:
    for parts in (("YUSUF", "", "", "", "1144", "abcd"), ("YUSUF", "1144", "abcd")):
        assert not otomax_fits(otomax_sign(*parts), OtomaxBalance("YUSUF"), YUSUF)


def test_a_caller_may_sign_in_capitals_what_it_sends_in_small_letters() -> None:
    sent = OtomaxTrx("yusuf", "x10", "08123456789", "2140669")
    assert otomax_fits("Cp9NLVuKWBt5Sey_uMlYsvnKvJI", sent, YUSUF)
    as_sent = otomax_sign("yusuf", "x10", "08123456789", "2140669", "1144", "abcd")
    assert otomax_fits(as_sent, sent, YUSUF)
    assert otomax_fits("YFuaekLx4HR_wei0nLRzxjqll0Q", OtomaxBalance("yusuf"), YUSUF)
    assert otomax_fits("BzomrTDf-ZD9Fows4716JwNZd2A", OtomaxTicket("yusuf", "1000000"), YUSUF)


def test_capitals_are_for_names_alone_not_for_references() -> None:
    signed = otomax_sign("YUSUF", "X10", "08123456789", "REF1", "1144", "abcd")
    assert not otomax_fits(signed, OtomaxTrx("YUSUF", "X10", "08123456789", "ref1"), YUSUF)


@pytest.mark.parametrize(
    "other",
    [
        OtomaxTrx("YUSUF", "X10", "08123456780", "2140669"),
        OtomaxTrx("YUSUF", "X5", "08123456789", "2140669"),
        OtomaxTrx("YUSUF", "X10", "08123456789", "2140660"),
        OtomaxTrx("YUSUP", "X10", "08123456789", "2140669"),
        OtomaxBalance("YUSUF"),
        OtomaxTicket("YUSUF", "2140669"),
    ],
)
def test_a_sign_fits_nothing_but_what_was_signed(other: OtomaxCall) -> None:
    assert not otomax_fits("Cp9NLVuKWBt5Sey_uMlYsvnKvJI", other, YUSUF)


def test_a_bar_cannot_carry_text_from_one_field_into_the_next() -> None:
    honest = OtomaxTrx("YUSUF", "X10", "0812", "A|B")
    shifted = OtomaxTrx("YUSUF", "X10", "0812|A", "B")
    assert otomax_sign("YUSUF", "X10", "0812", "A|B", "1144", "abcd") in shifted.signs(YUSUF)
    for call in (honest, shifted):
        assert not otomax_fits(call.signs(YUSUF)[0], call, YUSUF)


def hex_md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_every_call_of_the_json_door_has_its_own_md5() -> None:
    table = {
        signatures.PRICE_LIST: "pricelist",
        signatures.BALANCE: "balance",
        signatures.CALLBACKS: "callbacks",
        signatures.of_purchase("R1", "0812", "XL5"): "R10812XL5",
        signatures.of_bill_payment("R1", "0812", "PLN", "50000"): "R10812PLN50000",
        signatures.of_reference("R1"): "R1",
        signatures.of_answer("R1", "success"): "R1success",
    }
    for parts, text in table.items():
        assert md5_sign(parts, SECRET) == hex_md5(text + SECRET)


def header(**other: object) -> str:
    facts = {"at": NOW, "method": "POST", "target": "/api/v1/orders?x=1", "body": b'{"a":1}'}
    return hmac_header(SECRET, **{**facts, **other})  # type: ignore[arg-type]


def believed(given: str, now: datetime = NOW) -> bool:
    return hmac_fits(
        given, SECRET, now=now, method="POST", target="/api/v1/orders?x=1", body=b'{"a":1}'
    )


def test_the_hmac_is_over_time_method_target_and_body() -> None:
    t = int(NOW.timestamp())
    signed = f"{t}.POST./api/v1/orders?x=1.".encode() + b'{"a":1}'
    v1 = hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
    assert header() == f"t={t},v1={v1}"
    assert believed(header())
    assert believed(header(method="post"))


@pytest.mark.parametrize(
    "other",
    [
        {"method": "GET"},
        {"target": "/api/v1/orders"},
        {"target": "/api/v1/orders?x=2"},
        {"body": b'{"a": 1}'},
        {"body": b""},
    ],
)
def test_an_hmac_over_anything_else_is_not_believed(other: dict[str, object]) -> None:
    assert not believed(header(**other))


def test_an_hmac_is_believed_for_five_minutes_to_either_side() -> None:
    for seconds, fresh in ((300, True), (-300, True), (301, False), (-301, False)):
        assert believed(header(), NOW + timedelta(seconds=seconds)) is fresh


def test_the_time_in_the_header_is_signed_too() -> None:
    later = header().replace(f"t={int(NOW.timestamp())}", f"t={int(NOW.timestamp()) + 900}")
    assert not believed(later, NOW + timedelta(seconds=900))


@pytest.mark.parametrize(
    "given", ["", "t=1", "v1=ab", "t=x,v1=y", "t=-1,v1=" + "a" * 64, "t=1,v1=" + "é" * 64, "\ud800"]
)
def test_a_header_of_another_shape_is_not_believed(given: str) -> None:
    assert not believed(given)


def test_any_text_can_be_compared_and_is_then_simply_wrong() -> None:
    for text in ("\ud800", "é", "\0", "x" * 100_000):
        assert not otomax_fits(text, TRX, YUSUF)
        assert not signatures.equal(text, "a")
        assert len(md5_sign((text,), SECRET)) == 32


def test_a_pin_does_not_show_itself() -> None:
    assert repr(YUSUF) == "Pin()"
