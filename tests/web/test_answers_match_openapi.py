"""The served OpenAPI document is true: every answer fits it, whatever is thrown at the door."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from tests.shop import Buyer, Shop
from tests.web.schema import HeldToItsWord, held_to_its_word
from tests.web.test_callback import PING, SUCCESS, signed

PASSWORD = "kata-sandi-panjang"


@pytest.fixture
async def watched(shop: Shop) -> Shop:
    """The shop, every answer of whose site is compared with its own document."""
    shop.client = await held_to_its_word(shop.client)
    return shop


async def test_every_described_operation_answers_as_described(watched: Shop) -> None:
    shop = watched
    client = shop.client
    assert isinstance(client, HeldToItsWord)
    buyer, other = await shop.buyer(money=40_000), await shop.buyer(money=0)
    await _accounts(client, buyer)
    await _catalogue(shop, client, buyer)
    await _orders(shop, buyer, other)
    await _messages(client, buyer)
    await _payments(client, buyer)
    await _machines(client)
    await _hints(client)
    described = {
        f"{method.upper()} {template}"
        for template, item in client.schema.document["paths"].items()
        for method in item
    }
    assert {name for name, _ in client.seen} == described
    kinds = {status for name, status in client.seen if name == "POST /api/transactions"}
    assert kinds == {200, 201, 401, 409, 415, 422}


async def _accounts(client: HeldToItsWord, buyer: Buyer) -> None:
    new = {"name": "Siti", "email": "siti@contoh.id", "password": PASSWORD}
    token = (await client.post("/api/auth/register", json=new)).json()["token"]
    await client.post("/api/auth/register", json=new)
    await client.post("/api/auth/register", json={})
    await client.post("/api/auth/login", json={**new, "password": "salah"})
    await client.post("/api/auth/login", json=new)
    await buyer.get("/api/auth/me")
    await client.get("/api/auth/me")
    await client.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"})
    await client.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"})


async def _catalogue(shop: Shop, client: HeldToItsWord, buyer: Buyer) -> None:
    """Nothing to ask on a site without the catalogue's routes."""
    if client.schema.operation("GET", "/api/categories") is None:
        return
    categories = (await client.get("/api/categories")).json()["data"]
    for category in categories:
        await buyer.get(f"/api/categories/{category['id']}/products")
    await client.get("/api/categories/999999/products")
    await client.get("/api/products?search=xl&per_page=5")
    await client.get("/api/products?page=0")
    await client.get(f"/api/products/{await shop.product('xld10')}")
    await client.get("/api/products/999999")
    unchanged = await client.get("/api/categories")
    await client.get("/api/categories", headers={"If-None-Match": unchanged.headers["ETag"]})
    for path in ("categories", "categories/1/products", "products", "products/1"):
        await client.get(f"/api/{path}", headers={"Authorization": "Bearer x"})


async def _orders(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    one = (await buyer.buys("xld10", "087800001230", ref_id="a")).json()["transaction"]
    await buyer.buys("xld10", "087800001230", ref_id="a")
    await buyer.buys("xld10", "087800001231", ref_id="a")
    await buyer.buys("xld10", "087800001232")
    await other.buys("xld10", "087800001232", ref_id="b")
    await other.buys("xld10", "087800001232", ref_id="b")
    await buyer.buys("xld10", "0")
    waiting = (await buyer.buys("xld10", "087800006001")).json()["transaction"]
    for by in (buyer, other):
        for order in (one["id"], waiting["id"], 999):
            await by.get(f"/api/transactions/{order}")
            await by.get(f"/api/transactions/{order}/refresh-status")
            await by.post(f"/api/transactions/{order}/cancel")
    await buyer.get("/api/transactions")
    await buyer.get("/api/transactions?page=0")
    await shop.client.post("/api/transactions", json={})
    await shop.client.post(
        "/api/transactions",
        data="x",
        headers={"Authorization": f"Bearer {buyer.token}", "Content-Type": "text/plain"},
    )


async def _messages(client: HeldToItsWord, buyer: Buyer) -> None:
    for path in ("balance", "mutations", "mutations?page=x", "notifications"):
        await buyer.get(f"/api/{path}")
    await buyer.post("/api/notifications/read")
    for body in (SUCCESS, PING):
        for headers in ({}, {"X-Hub-Signature": signed(body)}):
            await client.post("/webhook/digiflazz", data=body, headers=headers)


async def _payments(client: HeldToItsWord, buyer: Buyer) -> None:
    """A shop without a gateway; what one with gateways answers is compared in its own tests."""
    await client.get("/api/payment-channels?amount=x")
    assert (await client.get("/api/payment-channels")).json() == {"data": []}
    for gateway in ("ipaymu", "tripay"):
        answer = await client.post(f"/{gateway}/callback", data=b"{}")
        assert (answer.status_code, answer.json()["code"]) == (404, "gateway_unused")
    await buyer.post("/api/transactions/999999/pay")
    await buyer.post("/api/deposits", {"amount": 50_000, "payment_method": "tripay:QRIS2"})
    await buyer.get("/api/deposits")
    for path in ("", "/refresh-status"):
        await buyer.get(f"/api/deposits/DEP-1{path}")
    for path in ("/pay", "/cancel"):
        await buyer.post(f"/api/deposits/DEP-1{path}")
    await client.post("/api/guest/orders", json={})
    await client.post("/api/guest/orders/find", json={"code": "TRX-1", "contact": "x"})
    await client.get("/api/guest/orders/TRX-1?token=x")
    for path in ("/pay", "/cancel"):
        await client.post(f"/api/guest/orders/TRX-1{path}")
    account = {"bank": "BCA", "number": "12345678", "holder": "Siti"}
    await client.post("/api/guest/orders/TRX-1/refund-account", json=account)
    await client.get("/api/guest/orders/TRX-1/refresh-status?token=x")


async def _hints(client: HeldToItsWord) -> None:
    """Of a supplier that this shop does not use."""
    for path in ("", "/rahasia"):
        await client.get(f"/api/webhook/transaction-callback{path}?refid=1&message=x")


async def _machines(client: HeldToItsWord) -> None:
    """Calls of nobody's; what members are answered is compared in the tests of their door."""
    for path in ("products", "balance", "callbacks", "orders/A", "callbacks?page=x"):
        await client.get(f"/api/v1/{path}")
    for path in ("trx", "trx?product=%00", "balance", "ticket?amount=x"):
        await client.get(f"/otomax/{path}")
    body = {"ref_id": "A", "customer_no": "087800001230", "buyer_sku": "xld10", "sign": "x"}
    for wrong in (body, {**body, "ref_id": ""}, {}):
        await client.post("/api/v1/orders", json=wrong)
    await _bills(client, body)
    await client.get("/api/v1/pln/12345678901?sign=x")
    for number in ("1", "12345678901", "12345678054"):
        await client.get(f"/api/pln/{number}")


async def _bills(client: HeldToItsWord, body: dict[str, str]) -> None:
    """In the shapes of their own document, whatever is wrong."""
    paying = {**body, "amount": 50_000}
    for act, full in (("check", body), ("pay", paying)):
        for wrong in (full, {**full, "customer_no": 1}, {}):
            await client.post(f"/api/v1/pascabayar/{act}", json=wrong)
            await client.get(f"/otomax/pascabayar/{act}?{urlencode(wrong)}")
        await client.post(f"/api/v1/pascabayar/{act}", data="x")
    for query in ("", "?sign=x", f"?sign={'x' * 65}"):
        await client.get(f"/api/v1/pascabayar/A{query}")


def _order(**facts: Any) -> dict[str, Any]:
    return {"product_id": 1, "target_id": "087800001230", **facts}


BAD_BODIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "half": b'{"product_id": 1, ',
    "not UTF-8": b'{"target_id": "\xff\xfe"}',
    "UTF-16": '{"target_id": "0878"}'.encode("utf-16"),
    "NaN": b'{"product_id": NaN, "target_id": "1"}',
    "a list nested ten thousand deep": b"[" * 10_000,
    "an object nested three thousand deep": b'{"target_id":' * 3_000 + b"1" + b"}" * 3_000,
    "a number of ten thousand digits": b'{"product_id": ' + b"9" * 10_000 + b"}",
    "a huge exponent": b'{"product_id": 1e999999, "target_id": "1"}',
    "the same key twice": b'{"product_id": 1, "product_id": "x", "target_id": "1"}',
}

STRANGE_TEXTS: Final = (
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202e0878",
    "08\n78",
    "𝟘𝟠𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡",
    "٠٨١٢٣٤٥٦٧٨٩",
    "'; DROP TABLE orders.orders; --",
    "%",
    " ",
    "x" * 60_000,
)
STRANGE_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, 1.5, -1, 0, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, [], {}, [[]]),
    *({"$ne": 1}, ""),
    *STRANGE_TEXTS,
)


async def test_no_body_whatever_makes_an_error_of_ours(watched: Shop) -> None:
    """HeldToItsWord refuses a status that is not described, and a 500 is told apart here."""
    buyer = await watched.buyer(money=20_000)
    headers = {"Authorization": f"Bearer {buyer.token}", "Content-Type": "application/json"}
    product = await watched.product("xld10")
    for path in ("/api/transactions", "/api/auth/login", "/api/auth/register"):
        for name, body in BAD_BODIES.items():
            answer = await watched.client.post(path, data=body, headers=headers)
            assert answer.status_code in (422, 429), f"{path} {name}: {answer.text}"
    for field in ("product_id", "target_id", "server_id", "ref_id"):
        for value in STRANGE_VALUES:
            order = {**_order(product_id=product), field: value}
            answer = await buyer.post("/api/transactions", order)
            allowed = (201, 422) if field in ("server_id", "ref_id") else (422,)
            assert answer.status_code in allowed, f"{field}={value!r}: {answer.text}"
    for field in ("email", "password", "name"):
        for value in STRANGE_VALUES:
            account = {"name": "Siti", "email": "siti@contoh.id", "password": PASSWORD}
            for path in ("/api/auth/login", "/api/auth/register"):
                answer = await watched.client.post(path, json={**account, field: value})
                assert answer.status_code < 500, f"{path} {field}={value!r}: {answer.text}"
    await asyncio.sleep(0.2)
    assert await watched.breaches() == []


async def test_no_address_whatever_makes_an_error_of_ours(watched: Shop) -> None:
    buyer = await watched.buyer(money=0)
    for number in (-(10**30), -(2**63) - 1, -1, 0, 2**31, 2**53, 2**63 - 1, 2**63, 10**30):
        for rest in ("", "/refresh-status"):
            answer = await buyer.get(f"/api/transactions/{number}{rest}")
            assert answer.status_code in (404, 422), f"{number}: {answer.text}"
        for act in ("cancel", "pay"):
            answer = await buyer.post(f"/api/transactions/{number}/{act}", {})
            assert answer.status_code in (404, 422), f"{number}: {answer.text}"
        for path in (f"products/{number}", f"categories/{number}/products"):
            answer = await buyer.get(f"/api/{path}")
            assert answer.status_code in (404, 422), f"{number}: {answer.text}"
    for page in ("-1", "0", "x", "1.5", str(10**9), str(10**30), "", "%00", "1&page=2"):
        for path in ("transactions", "mutations", "notifications", "deposits"):
            answer = await buyer.get(f"/api/{path}?page={page}")
            assert answer.status_code in (200, 422), f"{path} {page}: {answer.text}"
    for code in ("x", "%00", "%ff", "x" * 41, "a%2Fb", "-1"):
        for path in (f"deposits/{code}", f"guest/orders/{code}"):
            answer = await buyer.get(f"/api/{path}")
            assert answer.status_code in (404, 422), f"{path}: {answer.text}"


async def test_no_header_whatever_makes_an_error_of_ours(watched: Shop) -> None:
    buyer = await watched.buyer(money=50_000)
    for key in ("é", "x" * 8_000, "\t", "%00", "a b", "1"):
        answer = await buyer.buys("xld10", "087800001230", headers={"Idempotency-Key": key})
        assert answer.status_code in (200, 201, 422), f"{key!r}: {answer.text}"
    for token in ("é", "x" * 8_000, "x" * 43, " "):
        header = {"Authorization": f"Bearer {token}"}
        answer = await watched.client.get("/api/balance", headers=header)
        assert answer.status_code == 401


async def test_a_body_of_seventy_thousand_bytes_is_too_large(watched: Shop) -> None:
    """The size is announced, so not a byte of it needs to be sent."""
    buyer = await watched.buyer(money=0)
    answer = await watched.client.post(
        "/api/transactions",
        data=b" " * 70_000,
        headers={"Authorization": f"Bearer {buyer.token}", "Content-Type": "application/json"},
        expect100=True,
    )
    assert answer.status_code == 413


async def test_another_kind_of_body_is_refused_by_its_kind(watched: Shop) -> None:
    buyer = await watched.buyer(money=0)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        answer = await watched.client.post(
            "/api/transactions",
            data=b"product_id=1",
            headers={"Authorization": f"Bearer {buyer.token}", "Content-Type": kind},
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "not_json"), kind
