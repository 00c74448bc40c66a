"""Who is heard at the doors for bills, how often, and what of it can be read."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from konter.people.configure_member import set_ip
from konter.people.keys import issue_key
from tests.shop import Shop
from tests.web.bill_door import ASKED, DOORS, HOUSE, document, envelope, house_of, payer, said, shop
from tests.web.billing import BILL, Payer, asks, new_payer
from tests.web.h2h import BAD_SIGNS, Machine

__all__ = ["document", "payer", "shop"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"ref_id": "A", "customer_no": 1, "buyer_sku": "pln", "amount": 1, "sign": "x"}',
        b'{"ref_id": "A", "customer_no": "12345", "buyer_sku": "pln", "amount": "1", "sign": "x"}',
        b'{"ref_id": "A", "customer_no": "12345", "buyer_sku": "pln", "amount": -1, "sign": "x"}',
        b'{"ref_id": "A B", "customer_no": "12345", "buyer_sku": "pln", "amount": 1}',
    ],
)
async def test_what_cannot_be_read_is_an_invalid_request(payer: Payer, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await payer.machine.ask("POST", "/api/v1/pascabayar/pay", data=body, headers=headers)
    code = "MISSING_PARAMETERS" if body == b"" else "INVALID_REQUEST"
    assert envelope(answer) == (400, code)


@DOORS
@pytest.mark.parametrize("absent", ["ref_id", "customer_no", "buyer_sku", "amount", "sign"])
async def test_a_missing_parameter_is_named(payer: Payer, by_query: bool, absent: str) -> None:
    body: dict[str, Any] = {**ASKED, "amount": 50_000, "sign": "x"}
    del body[absent]
    answer = await asks(payer.machine, "pay", body, by_query=by_query)
    assert envelope(answer) == (400, "MISSING_PARAMETERS")
    assert absent in answer.json()["details"]
    if absent != "amount":
        answer = await asks(payer.machine, "check", body, by_query=by_query)
        assert envelope(answer) == (400, "MISSING_PARAMETERS")


async def test_a_query_that_cannot_be_read_is_an_invalid_request(payer: Payer) -> None:
    for wrong in ({"amount": "5e4"}, {"amount": "-1"}, {"ref_id": "a b"}, {"denom": "x"}):
        body = {**ASKED, "amount": "50000", "sign": "x", **wrong}
        act = "check" if "denom" in wrong else "pay"
        answer = await asks(payer.machine, act, body, by_query=True)
        assert envelope(answer) == (400, "INVALID_REQUEST"), wrong


async def test_another_kind_of_body_or_too_much_of_it_is_an_invalid_request(payer: Payer) -> None:
    path = "/api/v1/pascabayar/check"
    plain = await payer.machine.ask("POST", path, data=b"x", headers={"Content-Type": "text/plain"})
    assert envelope(plain) == (415, "INVALID_REQUEST")
    headers = {"Content-Type": "application/json"}
    long = await payer.machine.ask(
        "POST", path, data=b" " * 70_000, headers=headers, expect100=True
    )
    assert envelope(long) == (413, "INVALID_REQUEST")


@DOORS
async def test_whoever_is_not_the_member_or_not_at_home_is_told_02(
    shop: Shop, document: Machine, by_query: bool
) -> None:
    payer, number = await new_payer(shop, by_query=by_query), await house_of(shop)
    assert said(await payer.check("A", number, username="NIEMAND")) == (401, "failed", "02")
    await set_ip(shop.house.people, payer.machine.name, ["203.0.113.7"])
    stranger = await payer.check("A", number)
    assert said(stranger) == (401, "failed", "02")
    assert stranger.json()["sign"] is None
    assert "IP" in stranger.json()["message"]


async def test_who_signs_wrongly_too_often_is_not_listened_to(
    shop: Shop, document: Machine
) -> None:
    payer = await new_payer(shop)
    for _ in range(BAD_SIGNS):
        assert said(await payer.pay("A", HOUSE, sign="0" * 32)) == (401, "failed", "02")
    locked = await payer.pay("A", HOUSE, sign="0" * 32)
    assert envelope(locked) == (429, "RATE_LIMITED")
    assert int(locked.headers["Retry-After"]) > 0
    assert envelope(await payer.looks_up("A")) == (429, "RATE_LIMITED")


@DOORS
async def test_one_number_is_checked_only_so_often(
    shop: Shop, document: Machine, by_query: bool
) -> None:
    payer, number = await new_payer(shop, by_query=by_query), await house_of(shop)
    for ref_id in "ABCDE":
        assert said(await payer.check(ref_id, number)) == (200, "success", "00")
    limited = await payer.check("F", number)
    assert envelope(limited) == (429, "RATE_LIMITED")
    assert int(limited.headers["Retry-After"]) > 0
    assert said(await payer.check("A", number)) == (200, "success", "00")
    assert said(await payer.check("G", await house_of(shop))) == (200, "success", "00")


async def test_a_members_calls_in_a_minute_are_counted(shop: Shop, document: Machine) -> None:
    payer = await new_payer(shop, requests_per_minute=1)
    assert envelope(await payer.looks_up("A")) == (404, "TRANSACTION_NOT_FOUND")
    for limited in (await payer.looks_up("A"), await payer.check("A", HOUSE)):
        assert envelope(limited) == (429, "RATE_LIMITED")
        assert int(limited.headers["Retry-After"]) > 0


async def test_hmac_or_a_key_stands_in_for_the_sign(shop: Shop, document: Machine) -> None:
    payer, number = await new_payer(shop), await house_of(shop)
    machine = payer.machine
    key = await issue_key(shop.house.people, machine.name, "kasir")
    bearer = {"Authorization": f"Bearer {key.key}"}
    body = {"ref_id": "A", "customer_no": number, "buyer_sku": "pln"}
    assert said(await asks(machine, "check", body, by_query=False, headers=bearer))[2] == "00"
    assert said(await asks(machine, "check", body, by_query=True, headers=bearer))[2] == "00"
    named = {**body, "username": machine.name}
    target = f"/otomax/pascabayar/check?{urlencode(named)}"
    proof = {"X-Konter-Signature": machine.hmac("GET", target)}
    assert said(await machine.ask("GET", target, headers=proof))[2] == "00"
    raw = json.dumps({**named, "amount": BILL}).encode()
    proof = {"X-Konter-Signature": machine.hmac("POST", "/api/v1/pascabayar/pay", raw)}
    path, kind = "/api/v1/pascabayar/pay", {"Content-Type": "application/json"}
    assert said(await machine.ask("POST", path, data=raw, headers=proof | kind))[2] == "00"
    changed = raw.replace(b"100000", b"100001")
    assert said(await machine.ask("POST", path, data=changed, headers=proof | kind))[2] == "02"
    target = f"/api/v1/pascabayar/A?username={machine.name}"
    proof = {"X-Konter-Signature": machine.hmac("GET", target)}
    assert said(await machine.ask("GET", target, headers=proof))[2] == "00"
