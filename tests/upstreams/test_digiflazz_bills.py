"""Digiflazz's bills: what the adapter asks, and what it believes of a payment."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Delivered, Fault, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireRequest
from konter.upstreams.biller_contract import CheckUnclear
from konter.upstreams.contract import Doubt, News, UpstreamRefused
from konter.upstreams.providers.digiflazz_codes import CODES
from tests.upstreams import asks
from tests.upstreams.asks import CREDENTIALS, VECTORS, answer, raw, told, webhook
from tests.upstreams.bills import (
    DEVELOPMENT,
    KINDS,
    PRODUCTION,
    a_bill,
    a_biller,
    a_payment,
    a_question,
    named,
)

REQUESTS: list[str] = VECTORS["requests"]
RESPONSES: list[str] = VECTORS["responses"]
W3: str = next(each["body"] for each in VECTORS["webhooks"] if each["name"].startswith("W3"))
OFFICIAL = {each["rc"]: each for each in VECTORS["response_codes"]}


def said(request: WireRequest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.body)
    return body


# -- what is asked --------------------------------------------------------------------------


def test_check_payment_and_status_are_asked_as_documented() -> None:
    assert said(DEVELOPMENT.check(a_question())) == json.loads(REQUESTS[5])
    assert said(DEVELOPMENT.purchase(a_payment())) == json.loads(REQUESTS[6])
    assert said(DEVELOPMENT.enquiry(a_payment())) == json.loads(REQUESTS[7])


def test_only_the_payment_can_spend_money_and_each_call_has_its_patience() -> None:
    requests = (
        DEVELOPMENT.check(a_question()),
        DEVELOPMENT.purchase(a_payment()),
        DEVELOPMENT.enquiry(a_payment()),
        DEVELOPMENT.bill_list(),
    )
    assert [each.purchase_capable for each in requests] == [False, True, False, False]
    assert [each.timeout_s for each in requests] == [30, 60, 30, 60]
    assert {each.method for each in requests} == {"POST"}
    paths = [each.url.removeprefix("https://api.digiflazz.com/v1") for each in requests]
    assert paths == ["/transaction", "/transaction", "/transaction", "/price-list"]


def test_a_production_key_never_says_testing() -> None:
    for request in (
        PRODUCTION.check(a_question()),
        PRODUCTION.purchase(a_payment()),
        PRODUCTION.enquiry(a_payment()),
    ):
        assert "testing" not in said(request)


def test_amount_and_year_belong_to_the_check_alone() -> None:
    asked = said(DEVELOPMENT.check(a_question(sku="emoney", amount=Rupiah(25_000))))
    assert asked["amount"] == 25_000
    assert said(DEVELOPMENT.check(a_question(sku="cimahi", year=2025)))["year"] == 2025
    for request in (DEVELOPMENT.purchase(a_payment()), DEVELOPMENT.enquiry(a_payment())):
        assert not {"amount", "year", "max_price"} & said(request).keys()


def test_the_bill_list_is_asked_as_documented() -> None:
    assert said(DEVELOPMENT.bill_list()) == {**json.loads(REQUESTS[1]), "cmd": "pasca"}


def test_a_request_names_its_secrets_for_the_wire() -> None:
    for request in (
        PRODUCTION.check(a_question()),
        PRODUCTION.purchase(a_payment()),
        PRODUCTION.enquiry(a_payment()),
        PRODUCTION.bill_list(),
    ):
        assert set(request.secrets) == {CREDENTIALS["production_key"], said(request)["sign"]}
    assert CREDENTIALS["production_key"] not in repr(PRODUCTION)


def test_the_traits_are_digiflazz_rules_for_bills() -> None:
    traits = a_biller(check_timeout_s=20).traits
    assert (traits.code, traits.doubt) == ("digiflazz", Doubt.STATUS_CALL)
    assert traits.repost_gap == timedelta(seconds=60)
    assert traits.repost_horizon == timedelta(days=85)
    assert traits.absence_proves_after is None
    assert traits.call_timeouts_s == {
        "check": 20,
        "purchase": 60,
        "balance": 30,
        "price_list": 60,
    }
    assert DEVELOPMENT.pays_under_check_reference
    assert DEVELOPMENT.account == asks.DEVELOPMENT.account == "digiflazz-main"


# -- what becomes of a payment --------------------------------------------------------------


def test_the_official_payment_is_delivered_first_and_asked_about() -> None:
    expected = Delivered("S1234554321N", Rupiah(23_000), "Transaksi Sukses")
    for first in (True, False):
        ask = a_payment("some1d", customer_no="530000000002", first=first)
        assert DEVELOPMENT.read(ask, raw(RESPONSES[6].encode())) == expected


def test_the_official_failed_and_pending_payments_are_read() -> None:
    for first in (True, False):
        failed = a_payment("some1d", customer_no="530000000003", first=first)
        assert DEVELOPMENT.read(failed, raw(RESPONSES[7].encode(), 400)) == Rejected(
            Fault.OTHER, formed=True, reason="Transaksi Gagal", code="02"
        )
        pending = a_payment("some1d", customer_no="530000000005", first=first)
        assert isinstance(DEVELOPMENT.read(pending, raw(RESPONSES[8].encode())), Pending)


@pytest.mark.parametrize("index", [1, 2, 3, 4, 5, 6, 9, 10])
def test_an_official_example_of_another_call_is_unknown(index: int) -> None:
    assert isinstance(DEVELOPMENT.read(a_payment(), raw(RESPONSES[index].encode())), Unknown)
    outcome = DEVELOPMENT.read_check(a_question(), raw(RESPONSES[index].encode()))
    assert isinstance(outcome, CheckUnclear)


@pytest.mark.parametrize("sku", KINDS)
def test_every_kind_of_bill_is_paid_with_and_without_a_serial(sku: str) -> None:
    """BPJSTK's receipt is empty, but it is there."""
    for first in (True, False):
        ask = a_payment("ref-1", sku, KINDS[sku][0], first=first)
        for sn, serial in (("S1234554321N", "S1234554321N"), ("", None), (18141775, "18141775")):
            body = a_bill(ask, sn=sn, desc=KINDS[sku][-1])
            expected = Delivered(serial, Rupiah(10_000), "Transaksi Sukses")
            assert DEVELOPMENT.read(ask, answer(body)) == expected


@pytest.mark.parametrize("sn", [None, [], {}, True, False])
def test_asked_about_only_a_serial_that_is_there_proves_the_payment(sn: Any) -> None:
    body = answer(a_bill(a_payment(), sn=sn))
    assert isinstance(DEVELOPMENT.read(a_payment(first=False), body), Unknown)
    without = answer(a_bill(a_payment()))
    assert isinstance(DEVELOPMENT.read(a_payment(first=False), without), Unknown)
    assert isinstance(DEVELOPMENT.read(a_payment(), without), Delivered)


NOT_BELIEVED_LATER = {rc for rc, code in CODES.items() if not code.formed} | {"50", "85", "86"}


@pytest.mark.parametrize("rc", sorted(set(CODES) - {"00"}))
def test_a_code_about_a_payment_is_believed_as_far_as_its_context_goes(rc: str) -> None:
    words = named(a_payment(), rc=rc, status=OFFICIAL[rc]["status"], message="Maaf", sn="")
    first = DEVELOPMENT.read(a_payment(), answer(words, 400))
    later = DEVELOPMENT.read(a_payment(first=False), answer(words, 400))
    if rc == "49":
        assert isinstance(first, Unknown)
    elif rc in ("03", "99"):
        assert isinstance(first, Pending)
    else:
        assert isinstance(first, Rejected)
        assert first.twice == (rc in ("01", "70", "85"))
        assert first.reversal == (rc == "74")
    if rc in NOT_BELIEVED_LATER:
        assert isinstance(later, Unknown)
    else:
        assert later == first


@pytest.mark.parametrize("rc", ["02", "03", "50", "54", "60", "43"])
@pytest.mark.parametrize("status", ["Gagal", "Pending", None])
def test_no_data_yet_is_neither_absent_nor_a_failure(rc: str, status: str | None) -> None:
    for words in (
        named(a_payment(), rc=rc, status=status, message="Data belum ada"),
        {"rc": rc, "message": "Data belum ada"},
        {"message": "Data belum ada"},
        {"status": "Gagal", "message": "Data belum ada"},
    ):
        assert isinstance(DEVELOPMENT.read(a_payment(first=False), answer(words)), Unknown)


@pytest.mark.parametrize("name", ["ref_id", "customer_no", "buyer_sku_code", "status"])
@pytest.mark.parametrize("other", [None, "x", 7, []])
def test_a_payment_that_is_not_named_in_full_is_unknown(name: str, other: Any) -> None:
    for first in (True, False):
        ask = a_payment(first=first)
        body = answer(a_bill(ask, sn="S1", **{name: other}))
        assert isinstance(DEVELOPMENT.read(ask, body), Unknown)


# -- webhooks, which the prepaid side reads -------------------------------------------------


def test_the_webhook_of_a_paid_bill_is_delivered() -> None:
    outcome = Delivered("S1234554321N", Rupiah(10_000), "Transaksi Sukses")
    assert asks.DEVELOPMENT.read_callback(webhook(W3.encode())) == News(
        "inq-0001", outcome, sku="pln", customer_no="630000000001"
    )
    unnumbered = {**json.loads(W3)["data"], "sn": ""}
    news = asks.DEVELOPMENT.read_callback(told(unnumbered))
    assert isinstance(news.outcome, Delivered), "BPJSTK gives an empty number"


@pytest.mark.parametrize("kept", ["customer_name", "selling_price", "admin", "desc"])
@pytest.mark.parametrize("sn", [{}, {"sn": None}])
def test_the_webhook_of_a_mere_check_is_a_hint_and_no_delivery(
    kept: str, sn: dict[str, Any]
) -> None:
    whole = json.loads(W3)["data"]
    names = ("ref_id", "customer_no", "buyer_sku_code", "status", "rc", "message", "price", kept)
    news = asks.DEVELOPMENT.read_callback(told({name: whole[name] for name in names} | sn))
    assert news == News("inq-0001", None, sku="pln", customer_no="630000000001")
    assert not news.is_ping


def test_a_prepaid_webhook_without_a_serial_is_still_delivered() -> None:
    words = asks.echo_of(asks.an_ask(), rc="00", status="Sukses", message="Ok", price=10_000)
    for data in (words, {**words, "sn": None}, {**words, "sn": "", "tele": "@t", "wa": "08"}):
        outcome = asks.DEVELOPMENT.read_callback(told(data)).outcome
        assert outcome == Delivered(None, Rupiah(10_000), "Ok")


def test_a_refused_or_pending_bill_is_told_by_its_webhook() -> None:
    for index, kind in ((7, Rejected), (8, Pending)):
        news = asks.DEVELOPMENT.read_callback(webhook(RESPONSES[index].encode()))
        assert isinstance(news.outcome, kind)


# -- the list -------------------------------------------------------------------------------

PASCA: str = VECTORS["price_lists"][1]


def test_the_official_list_of_bills_is_read_whole() -> None:
    found = DEVELOPMENT.read_bill_list(raw(PASCA.encode()))
    assert found.unreadable == ()
    pln, aetra = found.items
    assert pln._asdict() == {
        "sku": "pln",
        "name": "Pln Postpaid",
        "brand": "PLN",
        "seller": "PT. ABC",
        "admin": Rupiah(2_750),
        "commission": Rupiah(1_800),
        "buyer_open": True,
        "seller_open": True,
        "description": "-",
    }
    assert (aetra.sku, aetra.brand, aetra.description) == ("aetra", "PDAM", "Provinsi Jakarta")


@pytest.mark.parametrize(
    "change, names",
    [
        ({"buyer_sku_code": ""}, "buyer_sku_code"),
        ({"buyer_sku_code": 7}, "buyer_sku_code"),
        ({"admin": None}, "admin"),
        ({"admin": -1}, "admin"),
        ({"admin": "2750.5"}, "admin"),
        ({"commission": -1}, "commission"),
        ({"commission": []}, "commission"),
        ({"buyer_product_status": 1}, "buyer_product_status"),
        ({"seller_product_status": "true"}, "seller_product_status"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_spoils_no_other(
    change: dict[str, Any], names: str
) -> None:
    rows = json.loads(PASCA)["data"]
    found = DEVELOPMENT.read_bill_list(answer([{**rows[0], **change}, 7, rows[1]]))
    assert [item.sku for item in found.items] == ["aetra"]
    assert names in found.unreadable[0]
    assert found.unreadable[1] == "row 1: not an object that can be read"


def test_fees_may_be_text_or_nothing() -> None:
    row = {**json.loads(PASCA)["data"][0], "admin": "0", "commission": 0.0}
    item = DEVELOPMENT.read_bill_list(answer([row])).items[0]
    assert (item.admin, item.commission) == (ZERO, ZERO)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data":{}}', b"[" * 100_000])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(UpstreamRefused):
        DEVELOPMENT.read_bill_list(raw(body))


def test_a_refused_list_says_rc_and_message() -> None:
    with pytest.raises(UpstreamRefused) as refused:
        DEVELOPMENT.read_bill_list(raw(RESPONSES[12].encode()))
    assert refused.value.facts["rc"] == "83"
