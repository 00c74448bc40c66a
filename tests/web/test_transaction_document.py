"""The transaction API's document, example by example, on the running server.

The examples stand here as the document prints them. Those that quote OkeConnect come with that
supplier; here the same fields carry Digiflazz's words.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from konter.catalogue.prices import Kind, Role, Rule, set_rule
from konter.catalogue.sync import sync_products
from konter.people.tokens import digest_of
from konter.suppliers import gate
from tests.shop import ACCOUNT, Buyer, Shop, open_shop
from tests.sim_process import Sim

NUMBER: Final = "081234567890"
GAP_S: Final = 0.4

PRODUCT: Final = """
{"id": 860, "kode": "D1", "nama": "Top Up Saldo DANA", "keterangan": "Dana 1.000",
 "harga": "1038.00"}
"""

TRANSACTION: Final = """
{
  "id": 1,
  "user_id": 1,
  "product_id": 860,
  "target_id": "081234567890",
  "server_id": null,
  "payment_method": "balance",
  "amount": "1038.00",
  "provider_trx_id": "210286229",
  "status": "success",
  "created_at": "2025-11-16T10:30:00.000000Z",
  "updated_at": "2025-11-16T10:31:00.000000Z",
  "product": {
    "id": 860,
    "kode": "D1",
    "nama": "Top Up Saldo DANA",
    "keterangan": "Dana 1.000",
    "harga": "1038.00"
  }
}
"""

LIST: Final = f'{{"current_page": 1, "data": [{TRANSACTION}], "per_page": 20, "total": 5}}'

CREATED: Final = f"""
{{"message": "Transaksi berhasil dibuat", "transaction": {TRANSACTION}, "new_balance": "98962.00"}}
"""

NOT_ENOUGH: Final = """
{
  "message": "Saldo tidak mencukupi",
  "required": "1038.00",
  "current_balance": "500.00",
  "shortage": "538.00"
}
"""

CLOSED: Final = '{"message": "Produk sedang tidak tersedia"}'

FAILED: Final = """
{"message": "Transaksi gagal: Pin Salah", "details": "R#0 D1.081234567890 GAGAL. Pin Salah"}
"""

DETAIL: Final = f'{{"transaction": {TRANSACTION}}}'

REFRESHED: Final = f"""
{{"message": "Status berhasil diperbarui", "transaction": {TRANSACTION},
  "raw_response": "R#1 Three 1.000 T1.081234567890 sudah pernah jam 19:08, status Sukses..."}}
"""

FINALIZED: Final = """
{"message": "Transaksi sudah selesai", "transaction": {"id": 1, "status": "success"}}
"""

UNAUTHORIZED: Final = '{"message": "Unauthorized"}'

UNAUTHENTICATED: Final = '{"message": "Unauthenticated."}'

INVALID: Final = '{"message": "Data tidak valid", "errors": {"target_id": ["Wajib diisi"]}}'

MAY_BE_NULL: Final = frozenset({"server_id", "provider_trx_id"})
"""Null until known; the examples show one or the other."""

A_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
AN_AMOUNT: Final = re.compile(r"-?\d+\.\d\d")
STATUSES: Final = frozenset({"pending", "process", "success", "failed", "refund"})


def assert_like(documented: str, real: Any) -> None:
    """Every documented key is there, of the documented type and format; others may join."""
    _like(json.loads(documented), real, "$")


def _like(documented: Any, real: Any, path: str) -> None:
    name = path.rpartition(".")[2]
    if name in MAY_BE_NULL and (documented is None or real is None):
        assert real is None or isinstance(real, str), path
        return
    assert type(real) is type(documented), f"{path}: {documented!r} became {real!r}"
    if name == "errors":
        return
    if isinstance(documented, dict):
        assert set(documented) <= set(real), f"{path}: {set(documented) - set(real)} missing"
        for key in documented:
            _like(documented[key], real[key], f"{path}.{key}")
    elif isinstance(documented, list):
        assert real, f"{path} is empty"
        for item in real:
            _like(documented[0], item, f"{path}[]")
    elif isinstance(documented, str):
        for form in (A_TIME, AN_AMOUNT):
            if form.fullmatch(documented):
                assert form.fullmatch(real), f"{path}: {real!r}"


@pytest.fixture
async def counter(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    """A shop that sells the document's product at the document's price; the gap is 0.4 s."""
    one = {"product_name": "Top Up Saldo DANA", "category": "E-Money", "brand": "DANA"}
    await sim.catalogue(
        items=[
            {**one, "price": 900, "buyer_sku_code": "D1", "desc": "Dana 1.000"},
            {**one, "price": 5_000, "buyer_sku_code": "D5", "desc": "Dana 5.000"},
            {**one, "price": 9_950, "buyer_sku_code": "D10", "desc": "Dana 10.000"},
        ]
    )
    await sim.options(repost_gap_s=GAP_S, webhook_url="")
    async with open_shop(
        conninfo,
        sim,
        KONTER_ENQUIRY_MIN_GAP_S=str(GAP_S),
        KONTER_ENQUIRY_FIRST_S="30",
        KONTER_ENQUIRY_SPACING_S="30",
    ) as shop:
        await sim.options(webhook_url="")
        rule = Rule(Role.RESELLER, Kind.FLAT, 138, brand="DANA")
        await set_rule(shop.house.catalogue, rule)
        yield shop
        await shop.assert_honest()


async def pending(counter: Shop, buyer: Buyer) -> dict[str, Any]:
    """A transaction that the upstream answers with Pending and never ends by itself."""
    await counter.sim.script(NUMBER, {"do": "pending", "then": "never"})
    answer = await buyer.buys("D1", NUMBER, server_id=None)
    assert answer.status_code == 201, answer.text
    await counter.sim.script(NUMBER)
    return dict(answer.json()["transaction"])


async def test_creating_answers_201_and_the_price_is_debited_at_once(counter: Shop) -> None:
    buyer = await counter.buyer(money=100_000)
    await counter.sim.script(NUMBER, {"do": "pending", "then": "never"})
    answer = await buyer.buys("D1", NUMBER, server_id=None)
    assert answer.status_code == 201
    said = answer.json()
    assert_like(CREATED, said)
    assert said["message"] == "Transaksi berhasil dibuat"
    assert said["new_balance"] == "98962.00"
    one = said["transaction"]
    assert (one["status"], one["amount"], one["payment_method"]) == (
        "process",
        "1038.00",
        "balance",
    )
    assert (one["target_id"], one["server_id"], one["provider_trx_id"]) == (NUMBER, None, None)
    assert one["product"] == {**json.loads(PRODUCT), "id": one["product_id"]}
    assert one["user_id"] == buyer.id
    await counter.sim.settle(one["code"], "Gagal", webhook=False)
    await asyncio.sleep(GAP_S)
    await buyer.get(f"/api/transactions/{one['id']}/refresh-status")


async def test_the_documented_curl_needs_no_server_id(counter: Shop) -> None:
    buyer = await counter.buyer(money=100_000)
    answer = await buyer.buys("D1", NUMBER)
    assert answer.status_code == 201
    one = answer.json()["transaction"]
    assert (one["status"], one["server_id"]) == ("success", None)
    assert one["provider_trx_id"] == (await counter.sim.books())["transactions"][0]["sn"]


async def test_too_little_balance_says_how_much_is_missing(counter: Shop) -> None:
    buyer = await counter.buyer(money=500)
    answer = await buyer.buys("D1", NUMBER)
    assert answer.status_code == 422
    assert_like(NOT_ENOUGH, answer.json())
    assert json.loads(NOT_ENOUGH).items() <= answer.json().items()
    assert await buyer.balance() == 500


async def test_a_closed_product_is_refused_before_money_moves(counter: Shop) -> None:
    buyer = await counter.buyer(money=100_000)
    await counter.sim.catalogue(sku="D1", seller_product_status=False)
    await sync_products(counter.house.catalogue, account=ACCOUNT)
    answer = await buyer.buys("D1", NUMBER)
    assert answer.status_code == 422
    assert_like(CLOSED, answer.json())
    assert answer.json()["message"] == "Produk sedang tidak tersedia"
    assert await buyer.balance() == 100_000


async def test_an_immediate_refusal_is_answered_with_its_reason_and_the_money_is_back(
    counter: Shop,
) -> None:
    buyer = await counter.buyer(money=100_000)
    await counter.sim.script(NUMBER, {"do": "fail", "rc": "54"})
    answer = await buyer.buys("D1", NUMBER)
    assert answer.status_code == 422
    assert_like(FAILED, answer.json())
    assert answer.json()["message"] == "Transaksi gagal: Nomor Tujuan Salah"
    assert answer.json()["details"] == "Nomor Tujuan Salah"
    assert await buyer.balance() == 100_000
    kept = await buyer.get(f"/api/transactions/{answer.json()['transaction_id']}")
    assert kept.json()["transaction"]["status"] == "failed"


async def test_the_list_has_twenty_a_page_newest_first(counter: Shop) -> None:
    buyer, other = await counter.buyer(money=100_000), await counter.buyer(money=100_000)
    ids = [await buyer.buys_async("D1", f"0812345600{n:02d}") for n in range(23)]
    await other.buys_async("D1", NUMBER)
    await asyncio.gather(*(counter.until(order, "delivered") for order in ids))
    first = (await buyer.get("/api/transactions")).json()
    second = (await buyer.get("/api/transactions?page=2")).json()
    assert_like(LIST, first)
    assert (first["current_page"], first["per_page"], first["total"]) == (1, 20, 23)
    assert (second["current_page"], len(second["data"])) == (2, 3)
    assert [one["id"] for one in first["data"] + second["data"]] == sorted(ids, reverse=True)
    assert {one["status"] for one in first["data"]} <= STATUSES
    beyond = (await buyer.get("/api/transactions?page=9")).json()
    assert (beyond["data"], beyond["total"]) == ([], 23)


async def test_somebody_without_transactions_gets_an_empty_list(counter: Shop) -> None:
    buyer = await counter.buyer(money=0)
    said = (await buyer.get("/api/transactions")).json()
    assert said == {"current_page": 1, "data": [], "per_page": 20, "total": 0}


async def test_a_transaction_is_shown_to_its_buyer_and_to_nobody_else(counter: Shop) -> None:
    buyer, other = await counter.buyer(), await counter.buyer()
    one = (await buyer.buys("D1", NUMBER)).json()["transaction"]
    for path in (f"/api/transactions/{one['id']}", f"/api/transactions/{one['id']}/refresh-status"):
        mine, theirs = await buyer.get(path), await other.get(path)
        assert mine.status_code == 200
        assert_like(DETAIL, mine.json())
        assert mine.json()["transaction"] == one
        assert theirs.status_code == 403
        assert_like(UNAUTHORIZED, theirs.json())
        assert theirs.json()["message"] == "Unauthorized"
    cancelled = await other.post(f"/api/transactions/{one['id']}/cancel")
    assert cancelled.status_code == 403


async def test_a_transaction_that_does_not_exist_is_not_found(counter: Shop) -> None:
    buyer = await counter.buyer(money=0)
    for path in ("/api/transactions/999", "/api/transactions/999/refresh-status"):
        answer = await buyer.get(path)
        assert answer.status_code == 404
        assert answer.json()["message"] == "Transaksi tidak ditemukan"
    assert (await buyer.post("/api/transactions/999/cancel")).status_code == 404


async def test_every_address_of_the_document_needs_a_live_token(counter: Shop) -> None:
    buyer = await counter.buyer()
    one = (await buyer.buys("D1", NUMBER)).json()["transaction"]
    expired = await counter.buyer()
    async with counter.house.db.transaction() as tx:
        await tx.run(
            "UPDATE people.tokens SET expires_at = %(at)s WHERE digest = %(digest)s",
            {"at": datetime(2026, 1, 1, tzinfo=UTC), "digest": digest_of(expired.token)},
        )
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer salah"},
        {"Authorization": f"Basic {buyer.token}"},
        {"Authorization": f"Bearer {buyer.token[:-1]}x"},
        {"Authorization": f"Bearer {expired.token}"},
    ]
    asked = [
        ("GET", "/api/transactions"),
        ("POST", "/api/transactions"),
        ("GET", f"/api/transactions/{one['id']}"),
        ("GET", f"/api/transactions/{one['id']}/refresh-status"),
        ("POST", f"/api/transactions/{one['id']}/cancel"),
        ("GET", "/api/balance"),
        ("GET", "/api/mutations"),
        ("GET", "/api/notifications"),
    ]
    for method, path in asked:
        for header in headers:
            answer = await counter.client.ask(method, path, headers=header)
            assert answer.status_code == 401, (method, path, header)
            assert answer.json() == json.loads(UNAUTHENTICATED)


async def test_what_is_wrong_with_a_request_is_said_field_by_field(counter: Shop) -> None:
    buyer = await counter.buyer()
    product = await counter.product("D1")
    wrong: list[tuple[Any, str]] = [
        ({"target_id": NUMBER}, "product_id"),
        ({"product_id": product}, "target_id"),
        ({"product_id": str(product), "target_id": NUMBER}, "product_id"),
        ({"product_id": product + 0.5, "target_id": NUMBER}, "product_id"),
        ({"product_id": product, "target_id": int(NUMBER)}, "target_id"),
        ({"product_id": product, "target_id": ""}, "target_id"),
        ({"product_id": product, "target_id": "08123"}, "target_id"),
        ({"product_id": product, "target_id": NUMBER, "server_id": 5}, "server_id"),
        ({"product_id": product, "target_id": NUMBER, "server_id": "12"}, "server_id"),
        ({"product_id": product, "target_id": NUMBER, "ref_id": " "}, "ref_id"),
        ({"product_id": 10**15, "target_id": NUMBER}, "product_id"),
        ([], "body"),
    ]
    for body, field in wrong:
        answer = await buyer.post("/api/transactions", body)
        assert answer.status_code == 422, body
        assert_like(INVALID, answer.json())
        assert list(answer.json()["errors"]) == [field], body
        assert all(isinstance(said, str) for said in answer.json()["errors"][field])
    assert await buyer.balance() == 1_000_000


async def test_refreshing_asks_the_upstream_and_tells_its_words(counter: Shop) -> None:
    buyer = await counter.buyer()
    one = await pending(counter, buyer)
    await counter.sim.settle(one["code"], "Sukses", webhook=False)
    await asyncio.sleep(GAP_S)
    answer = await buyer.get(f"/api/transactions/{one['id']}/refresh-status")
    assert answer.status_code == 200
    said = answer.json()
    assert_like(REFRESHED, said)
    assert said["message"] == "Status berhasil diperbarui"
    assert said["transaction"]["status"] == "success"
    assert said["transaction"]["provider_trx_id"]
    assert said["raw_response"] == "Transaksi Sukses"


async def test_refreshing_a_failed_one_gives_the_money_back(counter: Shop) -> None:
    buyer = await counter.buyer(money=5_000)
    one = await pending(counter, buyer)
    assert await buyer.balance() == 3_962
    await counter.sim.settle(one["code"], "Gagal", webhook=False)
    await asyncio.sleep(GAP_S)
    said = (await buyer.get(f"/api/transactions/{one['id']}/refresh-status")).json()
    assert (said["transaction"]["status"], said["raw_response"]) == ("failed", "Transaksi Gagal")
    assert await buyer.balance() == 5_000


async def test_refreshing_within_the_gap_repeats_the_stored_words_and_asks_nobody(
    counter: Shop,
) -> None:
    buyer = await counter.buyer()
    one = await pending(counter, buyer)
    asked = len(await counter.sim.calls())
    answers = [await buyer.get(f"/api/transactions/{one['id']}/refresh-status") for _ in range(3)]
    assert len(await counter.sim.calls()) == asked
    for answer in answers:
        assert answer.status_code == 200
        said = answer.json()
        assert_like(REFRESHED, said)
        assert said["transaction"]["status"] == "process"
        assert said["raw_response"] == "Transaksi Pending"
        assert A_TIME.fullmatch(said["next_check_at"])
    assert len({answer.json()["next_check_at"] for answer in answers}) == 1
    await counter.sim.settle(one["code"], "Sukses", webhook=False)
    await counter.until(one["id"], "delivered")


async def test_what_is_final_is_not_asked_about_again(counter: Shop) -> None:
    buyer = await counter.buyer()
    one = (await buyer.buys("D1", NUMBER)).json()["transaction"]
    asked = len(await counter.sim.calls())
    answer = await buyer.get(f"/api/transactions/{one['id']}/refresh-status")
    assert answer.status_code == 200
    assert_like(FINALIZED, answer.json())
    assert answer.json() == {"message": "Transaksi sudah selesai", "transaction": one}
    assert len(await counter.sim.calls()) == asked


@pytest.mark.parametrize("how", ["ref_id", "Idempotency-Key"])
async def test_a_repeat_gets_the_same_transaction_and_other_facts_a_conflict(
    counter: Shop, how: str
) -> None:
    buyer, other = await counter.buyer(money=100_000), await counter.buyer()

    async def buys(by: Buyer, number: str) -> Any:
        if how == "ref_id":
            return await by.buys("D1", number, ref_id="pesanan-1")
        return await by.buys("D1", number, headers={"Idempotency-Key": "pesanan-1"})

    first, again = await buys(buyer, NUMBER), await buys(buyer, NUMBER)
    assert (first.status_code, again.status_code) == (201, 200)
    assert_like(CREATED, again.json())
    assert again.json()["transaction"] == first.json()["transaction"]
    assert again.json()["new_balance"] == "98962.00"
    conflict = await buys(buyer, "081234567891")
    assert conflict.status_code == 409
    assert conflict.json()["code"] == "ref_id_reused"
    assert (await buys(other, NUMBER)).status_code == 201, "a reference is unique per user"
    assert await buyer.balance() == 98_962
    assert len((await counter.sim.books())["transactions"]) == 2


async def test_a_refused_reference_stays_refused_and_says_to_use_a_new_one(
    counter: Shop,
) -> None:
    buyer = await counter.buyer(money=500)
    first = await buyer.buys("D1", NUMBER, ref_id="kurang")
    assert first.status_code == 422
    again = await buyer.buys("D1", NUMBER, ref_id="kurang")
    assert again.status_code == 422
    assert again.json()["message"] == "Saldo tidak mencukupi"
    assert "ref_id baru" in again.json()["hint"]
    assert json.loads(NOT_ENOUGH).items() <= again.json().items()


async def test_respond_async_answers_before_anything_is_sent(counter: Shop) -> None:
    await counter.stop_worker()
    buyer = await counter.buyer(money=100_000)
    answer = await buyer.buys("D1", NUMBER, headers={"Prefer": "respond-async"})
    assert answer.status_code == 201
    assert_like(CREATED, answer.json())
    assert answer.json()["transaction"]["status"] == "pending"
    assert answer.json()["new_balance"] == "98962.00"
    assert (await counter.sim.books())["transactions"] == []
    await counter.start_worker()
    await counter.until(answer.json()["transaction"]["id"], "delivered")


async def test_what_is_not_sent_yet_can_be_cancelled_once(counter: Shop) -> None:
    buyer = await counter.buyer(money=100_000)
    async with counter.house.db.transaction() as tx:
        await gate.pause(tx, ACCOUNT, by="test", at=datetime.now(UTC))
    order_id = await buyer.buys_async("D1", NUMBER)
    answer = await buyer.post(f"/api/transactions/{order_id}/cancel")
    assert answer.status_code == 200
    assert_like(CREATED, answer.json())
    assert answer.json()["transaction"]["status"] == "failed"
    assert answer.json()["new_balance"] == "100000.00"
    again = await buyer.post(f"/api/transactions/{order_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (422, "cannot_cancel")
    async with counter.house.db.transaction() as tx:
        await gate.resume(tx, ACCOUNT)
    await asyncio.sleep(0.2)
    assert (await counter.sim.books())["transactions"] == []


async def test_what_is_sent_can_no_longer_be_cancelled(counter: Shop) -> None:
    buyer = await counter.buyer()
    one = await pending(counter, buyer)
    answer = await buyer.post(f"/api/transactions/{one['id']}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (422, "cannot_cancel")
    await counter.sim.settle(one["code"], "Gagal", webhook=False)
    await asyncio.sleep(GAP_S)
    await buyer.get(f"/api/transactions/{one['id']}/refresh-status")
