"""Whatever bytes come back, reading never raises and never moves money on less than proof."""

from __future__ import annotations

import contextlib
import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, Pending, Rejected, Unknown
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.providers.digiflazz_codes import CODES
from tests.upstreams.asks import DEVELOPMENT, an_ask, answer, echo_of, raw, told, webhook

SUCCESS = echo_of(
    an_ask(), rc="00", status="Sukses", message="Transaksi Sukses", sn="123", price=10_000
)
DEEP = b"[" * 100_000


def read(data: Any, *, first: bool = True) -> Any:
    return DEVELOPMENT.read(an_ask(first=first), answer(data))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"00",
        b"Sukses",
        b"<html><h1>502 Bad Gateway</h1></html>",
        b'{"rc":"00","status":"Sukses"}',
        b'{"data":null}',
        b'{"data":[]}',
        b'{"data":"Sukses"}',
        b'{"data":{}}',
        b'{"data":{"status":"Gagal"}}',
        b'{"data":{"status":"Sukses","message":"Transaksi Sukses"}}',
        json.dumps({"data": SUCCESS}).encode()[:-1],
        json.dumps({"data": SUCCESS}).encode() + b"<br>Warning: mysql",
        b'{"data":{"rc":' + DEEP,
        b'{"data":{"message":' + DEEP,
        b'{"data":{"rc":' + b"9" * 5000 + b',"ref_id":' + b"9" * 5000 + b"}}",
        b"\xff\xfe\x00",
        b'{"data":{"rc":"\xff"}}',
        b'{"data":{"ref_id":"\xff","rc":"00"}}',
        b'{"data":[{"buyer_sku_code":"\xff"}]}',
        b"\x1f\x8b\x08\x00",
    ],
)
def test_what_is_no_answer_about_a_transaction_is_unknown(body: bytes) -> None:
    for first, status in product((True, False), (200, 400, 404, 500, 502)):
        outcome = DEVELOPMENT.read(an_ask(first=first), raw(body, status))
        assert isinstance(outcome, Unknown), status
        assert outcome.detail
    assert isinstance(DEVELOPMENT.read_callback(webhook(body)).outcome, Unknown)


@pytest.mark.parametrize("name", ["ref_id", "customer_no", "buyer_sku_code"])
@pytest.mark.parametrize("other", ["", "x", "087800001231", 87800001230, 10**400, True, [], {}])
def test_an_answer_about_another_purchase_is_unknown_and_says_so(name: str, other: Any) -> None:
    for rc, status in (("00", "Sukses"), ("02", "Gagal"), ("44", "Gagal")):
        outcome = read({**SUCCESS, "rc": rc, "status": status, name: other})
        assert isinstance(outcome, Unknown), rc
        assert name in outcome.detail


@pytest.mark.parametrize("name", ["ref_id", "customer_no", "buyer_sku_code", "status"])
def test_a_success_that_leaves_anything_out_is_unknown_and_says_what(name: str) -> None:
    part = {key: value for key, value in SUCCESS.items() if key != name}
    outcome = read(part)
    assert isinstance(outcome, Unknown)
    assert name in outcome.detail


@pytest.mark.parametrize(
    "price, cost",
    [
        (10_000, 10_000),
        ("10000", 10_000),
        ("10000.00", 10_000),
        (10_000.0, 10_000),
        (None, None),
        ("", None),
        ("gratis", None),
        (10_000.5, None),
        (0, None),
        (-5, None),
        (True, None),
        ([10_000], None),
        ({"price": 1}, None),
        (10**400, None),
        ("1e9999999", None),
    ],
)
def test_an_unreadable_cost_never_weakens_a_success(price: Any, cost: int | None) -> None:
    expected = None if cost is None else Rupiah(cost)
    assert read({**SUCCESS, "price": price}) == Delivered("123", expected, "Transaksi Sukses")


@pytest.mark.parametrize(
    "price", [b"1e999", b'"\\ud800"', b'"\\udc00\\ud83d\\ude00"', b"9" * 5000, b"-0"]
)
def test_a_cost_that_is_hardly_json_never_weakens_a_success(price: bytes) -> None:
    body = json.dumps({"data": {**SUCCESS, "price": 7}}).encode()
    outcome = DEVELOPMENT.read(an_ask(), raw(body.replace(b'"price": 7', b'"price": ' + price)))
    assert outcome == Delivered("123", None, "Transaksi Sukses")


def test_half_an_emoji_spoils_neither_the_verdict_nor_the_rest_of_the_text() -> None:
    body = json.dumps({"data": {**SUCCESS, "message": "Terima kasih \ud83d", "sn": "A\U0001f600B"}})
    outcome = DEVELOPMENT.read(an_ask(), raw(body.encode()))
    assert outcome == Delivered("A\U0001f600B", Rupiah(10_000), "Terima kasih \ufffd")


def test_bytes_that_are_no_text_cost_only_the_field_they_are_in() -> None:
    body = json.dumps({"data": SUCCESS}).encode().replace(b'"123"', b'"12\xff3"')
    outcome = DEVELOPMENT.read(an_ask(), raw(body))
    assert outcome == Delivered(None, Rupiah(10_000), "Transaksi Sukses")


@pytest.mark.parametrize(
    "sn, serial",
    [
        ("1234567890", "1234567890"),
        (" 04267800000534561668. ", "04267800000534561668."),
        (1234567890, "1234567890"),
        ("A\x00B", "AB"),
        ("", None),
        ("  ", None),
        (None, None),
        ([], None),
        (1.5, None),
        (True, None),
    ],
)
def test_an_unreadable_serial_never_weakens_a_success(sn: Any, serial: str | None) -> None:
    outcome = read({**SUCCESS, "sn": sn})
    assert outcome == Delivered(serial, Rupiah(10_000), "Transaksi Sukses")


def test_a_success_without_serial_price_or_message_is_a_success() -> None:
    bare = {key: SUCCESS[key] for key in ("ref_id", "customer_no", "buyer_sku_code")}
    assert read({**bare, "status": "Sukses", "rc": "00"}) == Delivered(None, None, "")


def test_their_old_transaction_id_is_kept() -> None:
    assert read({**SUCCESS, "trx_id": 77}).their_id == "77"


def test_a_message_is_kept_raw_and_bounded() -> None:
    said = echo_of(an_ask(), rc="54", status="Gagal", message="<b>" + "x" * 600 + "\x00")
    outcome = read(said)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "<b>" + "x" * 497


def test_a_refusal_without_a_message_carries_the_official_text() -> None:
    outcome = read(echo_of(an_ask(), rc="54", status="Gagal"))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "Nomor Tujuan Salah"


def test_the_message_never_decides() -> None:
    said = echo_of(an_ask(), rc="03", status="Pending", message="Transaksi Sukses")
    assert read(said) == Pending("Transaksi Sukses")


@given(st.integers(0, 400), st.binary(max_size=4), st.integers(0, 5), st.booleans())
def test_a_success_with_damaged_bytes_is_never_misread(
    place: int, damage: bytes, lost: int, first: bool
) -> None:
    whole = json.dumps({"data": SUCCESS}).encode()
    body = whole[:place] + damage + whole[place + lost :]
    outcome = DEVELOPMENT.read(an_ask(first=first), raw(body))
    assert not isinstance(outcome, Rejected)
    DEVELOPMENT.read_callback(webhook(body))
    with contextlib.suppress(UpstreamRefused):
        DEVELOPMENT.read_balance(raw(body))
    with contextlib.suppress(UpstreamRefused):
        DEVELOPMENT.read_price_list(raw(body))


_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
)
_values = (
    _scalars
    | st.sampled_from([*CODES, "Sukses", "Pending", "Gagal", "test1", "xld10", "087800001230"])
    | st.lists(_scalars, max_size=2)
)
_fields = st.sampled_from(
    [*SUCCESS, "trx_id", "buyer_last_saldo", "tele", "hook_id", "data", "desc"]
)
_data = st.dictionaries(_fields, _values, max_size=10)


@given(st.binary(max_size=200), st.booleans(), st.integers(100, 599))
def test_reading_any_bytes_never_raises_nor_moves_money(
    body: bytes, first: bool, status: int
) -> None:
    assert isinstance(DEVELOPMENT.read(an_ask(first=first), raw(body, status)), Unknown)
    assert isinstance(DEVELOPMENT.read_callback(webhook(body)).outcome, Unknown)


@given(_data, st.booleans())
def test_only_a_purchase_named_in_full_is_ever_delivered_or_rejected(
    data: dict[str, Any], first: bool
) -> None:
    """The one exception: a first call turned away at the door, told by code and message."""
    outcome = read(data, first=first)
    named = echo_of(an_ask())
    if isinstance(outcome, Delivered):
        assert named.items() <= data.items()
    if isinstance(outcome, Rejected):
        wrong = {key for key, value in named.items() if data.get(key, value) not in (value, None)}
        assert not wrong
        if not named.items() <= data.items():
            assert first
            assert not outcome.formed


@given(_data)
def test_a_webhook_delivers_or_rejects_only_what_it_names_in_full(data: dict[str, Any]) -> None:
    news = DEVELOPMENT.read_callback(told(data))
    if isinstance(news.outcome, Delivered | Rejected):
        assert (news.reference, news.sku, news.customer_no) == (
            *(data["ref_id"], data["buyer_sku_code"]),
            data["customer_no"],
        )
        assert data["rc"] in CODES


@given(st.sampled_from(["ref_id", "customer_no", "buyer_sku_code"]), _values)
def test_one_wrong_word_in_a_perfect_success_makes_it_unknown(name: str, value: Any) -> None:
    if value == SUCCESS[name]:
        return
    assert isinstance(read({**SUCCESS, name: value}), Unknown)
