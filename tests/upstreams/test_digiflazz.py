"""Digiflazz's official examples, and what the adapter asks and believes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from konter.kernel.money import Rupiah
from konter.kernel.outcome import Delivered, Fault, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireRequest
from konter.upstreams.contract import Doubt, News, NotGenuine, NotJoinable, UpstreamRefused
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.providers.digiflazz_post import sign
from tests.upstreams.asks import (
    CREDENTIALS,
    DEVELOPMENT,
    PRODUCTION,
    SECRETS,
    VECTORS,
    an_ask,
    answer,
    echo_of,
    raw,
    told,
    webhook,
)

REQUESTS: list[str] = VECTORS["requests"]
RESPONSES: list[str] = VECTORS["responses"]
WEBHOOKS: dict[str, dict[str, str]] = {each["name"][:2]: each for each in VECTORS["webhooks"]}


def said(request: WireRequest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.body)
    return body


@pytest.mark.parametrize("vector", VECTORS["signs"], ids=lambda vector: vector["suffix"])
def test_a_sign_is_the_md5_of_username_key_and_suffix(vector: dict[str, str]) -> None:
    for key in ("development", "production"):
        signed = sign(CREDENTIALS["username"], CREDENTIALS[f"{key}_key"], vector["suffix"])
        assert signed == vector[key]


def test_the_balance_is_asked_as_documented() -> None:
    request = DEVELOPMENT.balance()
    assert said(request) == json.loads(REQUESTS[0])
    assert (request.method, request.url) == ("POST", "https://api.digiflazz.com/v1/cek-saldo")
    assert not request.purchase_capable
    assert request.timeout_s == 30


def test_the_price_list_is_asked_as_documented() -> None:
    request = DEVELOPMENT.price_list()
    assert said(request) == json.loads(REQUESTS[1])
    assert (request.method, request.url) == ("POST", "https://api.digiflazz.com/v1/price-list")
    assert not request.purchase_capable
    assert request.timeout_s == 60


def test_a_purchase_with_a_development_key_is_a_test() -> None:
    request = DEVELOPMENT.purchase(an_ask())
    assert said(request) == {**json.loads(REQUESTS[3]), "max_price": 11_000}
    assert (request.method, request.url) == ("POST", "https://api.digiflazz.com/v1/transaction")
    assert request.headers["Content-Type"] == "application/json"
    assert request.purchase_capable
    assert request.timeout_s == 60


def test_a_purchase_with_a_production_key_never_says_testing() -> None:
    ask = an_ask("WRG-20260912-000001", "pln20", "45012345678", max_price=20_500)
    assert said(PRODUCTION.purchase(ask)) == json.loads(REQUESTS[4])


def test_an_enquiry_is_the_purchase_again_letter_for_letter() -> None:
    for adapter in (DEVELOPMENT, PRODUCTION):
        first = adapter.purchase(an_ask())
        assert adapter.enquiry(an_ask(first=False)) == first
        assert adapter.purchase(an_ask(first=False)) == first


def test_a_number_with_dots_asks_for_them_to_be_allowed() -> None:
    assert said(PRODUCTION.purchase(an_ask(customer_no="nama.saya")))["allow_dot"] is True
    assert "allow_dot" not in said(PRODUCTION.purchase(an_ask()))


def test_a_request_names_its_secrets_for_the_wire() -> None:
    for request in (PRODUCTION.purchase(an_ask()), PRODUCTION.balance(), PRODUCTION.price_list()):
        assert CREDENTIALS["production_key"] in request.secrets
        assert said(request)["sign"] in request.secrets


def test_settings_and_adapter_do_not_show_their_secrets() -> None:
    settings = DigiflazzSettings("u", SECRETS[0], webhook_secret=SECRETS[2])
    assert not any(secret in repr((settings, Digiflazz(settings))) for secret in SECRETS)


def test_the_traits_are_digiflazz_rules() -> None:
    traits = DEVELOPMENT.traits
    assert (traits.code, traits.doubt) == ("digiflazz", Doubt.REPOST)
    assert traits.repost_gap == timedelta(seconds=60)
    assert traits.repost_horizon == timedelta(days=85)
    assert traits.absence_proves_after is None
    assert traits.price_list_gap == timedelta(minutes=5)
    assert traits.call_timeouts_s == {"purchase": 60, "price_list": 60, "balance": 30}


def test_the_official_success_is_delivered_with_serial_and_cost() -> None:
    outcome = DEVELOPMENT.read(an_ask(), raw(RESPONSES[1].encode()))
    assert outcome == Delivered("1234567890", Rupiah(10_000), "Transaksi Sukses")


def test_the_official_failure_is_rejected() -> None:
    outcome = DEVELOPMENT.read(an_ask("test2", customer_no="087800001232"), raw_of(2))
    assert outcome == Rejected(Fault.OTHER, formed=True, reason="Transaksi Gagal", code="02")


@pytest.mark.parametrize(
    "index, reference, sku",
    [(3, "test3", "xld10"), (4, "some1d", "xld25")],
    ids=["test3", "some1d"],
)
def test_the_official_pending_is_pending(index: int, reference: str, sku: str) -> None:
    ask = an_ask(reference, sku, "087800001233")
    assert isinstance(DEVELOPMENT.read(ask, raw_of(index)), Pending)


@pytest.mark.parametrize("index", range(5, 11))
def test_an_official_example_of_another_call_is_unknown(index: int) -> None:
    """Bill checks, bill payments, meter checks and tickets are not about this purchase."""
    assert isinstance(DEVELOPMENT.read(an_ask(), raw_of(index)), Unknown)


def raw_of(index: int, status: int = 200) -> Any:
    return raw(RESPONSES[index].encode(), status)


def test_the_official_brief_refusal_is_proof_only_at_first() -> None:
    first = DEVELOPMENT.read(an_ask(), raw_of(11, 400))
    assert first == Rejected(
        Fault.SUPPLIER, formed=False, reason="Gagal memproses API Buyer", code="42"
    )
    assert isinstance(DEVELOPMENT.read(an_ask(first=False), raw_of(11, 400)), Unknown)


def test_the_official_balance_is_read() -> None:
    assert DEVELOPMENT.read_balance(raw_of(0)) == Rupiah(500_000_000_000)


@pytest.mark.parametrize(
    "deposit, rupiah",
    [(990_000.0, 990_000), ("990000", 990_000), ("990000.99", 990_000), (0, 0), (-1.5, -2)],
)
def test_a_balance_is_rounded_down_whatever_way_it_is_written(deposit: Any, rupiah: int) -> None:
    assert DEVELOPMENT.read_balance(answer({"deposit": deposit})) == Rupiah(rupiah)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b"{}",
        b'{"data":[]}',
        b'{"data":{}}',
        b'{"data":{"deposit":null}}',
        b'{"data":{"deposit":true}}',
        b'{"data":{"deposit":1e9999999}}',
        b'{"data":{"deposit":"1e9999999"}}',
        b'{"data":{"deposit":"NaN"}}',
        b'{"data":{"deposit":' + b"9" * 5000 + b"}}",
        b'{"data":{"deposit":' + b"[" * 100_000,
    ],
)
def test_a_balance_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(UpstreamRefused):
        DEVELOPMENT.read_balance(raw(body))


def test_a_refused_balance_says_rc_and_message() -> None:
    with pytest.raises(UpstreamRefused) as refused:
        DEVELOPMENT.read_balance(raw_of(11, 400))
    assert refused.value.facts == {
        "rc": "42",
        "reason": "Gagal memproses API Buyer",
        "http_status": 400,
    }
    assert "42" in str(refused.value)


# -- callbacks ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(WEBHOOKS))
def test_the_official_webhooks_are_proved_by_their_own_bytes(name: str) -> None:
    vector = WEBHOOKS[name]
    body = vector["body"].encode()
    signature = vector["x_hub_signature"]
    DEVELOPMENT.prove(webhook(body, x_hub_signature=signature))
    escaped = body.replace(b"/", b"\\/") if b"/" in body else body + b" "
    spaced = json.dumps(json.loads(body)).encode()
    for other in (escaped, spaced):
        with pytest.raises(NotGenuine):
            DEVELOPMENT.prove(webhook(other, x_hub_signature=signature))
    with pytest.raises(NotGenuine):
        DEVELOPMENT.prove(webhook(body))


def test_the_raw_body_traps_of_the_facts_are_accepted_with_their_own_signature() -> None:
    body = WEBHOOKS["W5"]["body"]
    escaped = body.replace("/", "\\/").encode()
    spaced = json.dumps(json.loads(body)).encode()
    DEVELOPMENT.prove(
        webhook(escaped, x_hub_signature="sha1=80fc201658f7e3f3492fbe010cbe2ea1ab8a4e95")
    )
    DEVELOPMENT.prove(
        webhook(spaced, x_hub_signature="sha1=1836240cc976a65b05f1aa2531d9fcfef7de0ecc")
    )


def test_without_a_webhook_secret_no_webhook_is_believed() -> None:
    vector = WEBHOOKS["W1"]
    adapter = Digiflazz(DigiflazzSettings("u", SECRETS[0]))
    with pytest.raises(NotGenuine):
        adapter.prove(webhook(vector["body"].encode(), x_hub_signature=vector["x_hub_signature"]))


def news_of(name: str) -> News:
    return DEVELOPMENT.read_callback(webhook(WEBHOOKS[name]["body"].encode()))


def test_the_official_webhooks_are_read() -> None:
    assert news_of("W1") == News(
        "test3",
        Delivered("1234567890", Rupiah(10_000), "Transaksi Sukses"),
        sku="xld10",
        customer_no="087800001233",
    )
    rejected = Rejected(Fault.OTHER, formed=True, reason="Transaksi Gagal", code="02")
    assert news_of("W2") == News("test4", rejected, sku="xld10", customer_no="087800001234")
    assert news_of("W3").reference == "inq-0001"
    assert news_of("W4") == News(None, None)
    token = news_of("W5").outcome
    assert isinstance(token, Delivered)
    assert token.serial == "2638-4647-3625-6466-7942/BUDI SANTOSO/R1/900VA/13,5KWH"


@pytest.mark.parametrize("event", ["create", "update", "resend", "ping", ""])
def test_the_event_header_decides_nothing(event: str) -> None:
    body = WEBHOOKS["W1"]["body"].encode()
    news = DEVELOPMENT.read_callback(webhook(body, x_digiflazz_event=event))
    assert news == news_of("W1")


def test_a_webhook_with_hook_id_beside_data_is_no_ping() -> None:
    body = json.dumps({"hook_id": "x", **json.loads(WEBHOOKS["W1"]["body"])}).encode()
    assert DEVELOPMENT.read_callback(webhook(body)) == news_of("W1")


@pytest.mark.parametrize(
    "body", [b"", b"null", b"<html>", b'{"data":[]}', b'{"hook":1}', b'{"hook_id":1,"data":[]}']
)
def test_a_webhook_that_cannot_be_read_is_unknown_and_no_ping(body: bytes) -> None:
    news = DEVELOPMENT.read_callback(webhook(body))
    assert news.reference is None
    assert isinstance(news.outcome, Unknown)


def test_a_webhook_that_names_no_purchase_or_only_a_part_of_it_is_unknown() -> None:
    whole = echo_of(an_ask(), status="Sukses", rc="00", message="Transaksi Sukses")
    assert isinstance(DEVELOPMENT.read_callback(told(whole)).outcome, Delivered)
    for name in ("ref_id", "customer_no", "buyer_sku_code", "status", "rc"):
        for change in ({name: None}, {name: 7}):
            news = DEVELOPMENT.read_callback(told({**whole, **change}))
            assert isinstance(news.outcome, Unknown), change


# -- destinations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "brand, parts, joined",
    [
        ("TELKOMSEL", ("081234567890",), "081234567890"),
        ("FREE FIRE", ("123456789",), "123456789"),
        ("FREE FIRE", ("123456789", ""), "123456789"),
        ("MOBILE LEGENDS", ("12345678", "1234"), "123456781234"),
        ("Mobile Legends: Bang Bang", ("12345678", "1234"), "123456781234"),
        ("GENSHIN IMPACT", ("812345678", "os_asia"), "812345678|os_asia"),
        ("Honkai: Star Rail", ("812345678", "Asia"), "812345678|Asia"),
        ("Zenless Zone Zero", ("1", "2"), "1|2"),
        ("Dragon Nest M - Classic", ("1", "2"), "1|2"),
        ("Heroes Evolved", ("1", "2"), "1,2"),
        ("NBA Infinite", ("1", "2"), "1,2"),
    ],
)
def test_parts_are_joined_as_this_brands_sellers_want_them(
    brand: str, parts: tuple[str, ...], joined: str
) -> None:
    assert DEVELOPMENT.join(parts, brand) == joined


@pytest.mark.parametrize("brand, parts", [("FREE FIRE", ("1", "2")), ("", ()), ("PLN", ("",))])
def test_parts_that_nobody_told_us_how_to_join_are_refused(
    brand: str, parts: tuple[str, ...]
) -> None:
    with pytest.raises(NotJoinable):
        DEVELOPMENT.join(parts, brand)


def test_a_purchase_is_frozen_as_it_was_asked() -> None:
    """Another price limit is another request: the caller must keep what it asked at first."""
    ask = an_ask()
    other = replace(ask, max_price=Rupiah(12_000))
    assert DEVELOPMENT.purchase(ask).body != DEVELOPMENT.purchase(other).body
