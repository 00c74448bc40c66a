"""``POST /webhook/digiflazz``: proved over the raw bytes, kept, acknowledged; handled later."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pytest

from tests.shop import WEBHOOK_SECRET, Reply, Shop, open_shop
from tests.sim_process import Sim

PATH = "/webhook/digiflazz"

SUCCESS: Final = (
    b'{"data":{"ref_id":"test3","customer_no":"087800001233","buyer_sku_code":"xld10",'
    b'"message":"Transaksi Sukses","status":"Sukses","rc":"00","buyer_last_saldo":990000,'
    b'"sn":"1234567890","price":10000,"tele":"@telegram","wa":"081234512345"}}'
)
FAILURE: Final = (
    b'{"data":{"ref_id":"test4","customer_no":"087800001234","buyer_sku_code":"xld10",'
    b'"message":"Transaksi Gagal","status":"Gagal","rc":"02","buyer_last_saldo":1000000,'
    b'"sn":"","price":10000,"tele":"@telegram","wa":"081234512345"}}'
)
BILL: Final = (
    b'{"data":{"ref_id":"inq-0001","customer_no":"630000000001",'
    b'"customer_name":"Nama Pelanggan Pertama","buyer_sku_code":"pln","admin":2500,'
    b'"message":"Transaksi Sukses","status":"Sukses","rc":"00","sn":"S1234554321N",'
    b'"periode":"201901","buyer_last_saldo":90000,"price":10000,"selling_price":11000,'
    b'"desc":{"tarif":"R1","daya":1300,"lembar_tagihan":1,"detail":[{"periode":"201901",'
    b'"nilai_tagihan":"8000","admin":"2500","denda":"500","meter_awal":"00080000",'
    b'"meter_akhir":"00090000"}]}}}'
)
PING: Final = (
    b'{"sed":"AgXXtVAHp","hook_id":"11aaabbb","hook":{"url":"https://awesomesite.com/webhooks",'
    b'"secret":"somesecretkeywords","type":"application/json","status":1}}'
)
TOKEN: Final = (
    b'{"data":{"ref_id":"WRG-20260912-000001","customer_no":"45012345678",'
    b'"buyer_sku_code":"pln20","message":"Transaksi Sukses","status":"Sukses","rc":"00",'
    b'"buyer_last_saldo":979600,"sn":"2638-4647-3625-6466-7942/BUDI SANTOSO/R1/900VA/13,5KWH",'
    b'"price":20400,"tele":"@telegram","wa":"081234512345"}}'
)

VECTORS: Final = {
    "W1": (SUCCESS, 235, "sha1=452b97cade13db1b57cf678ae07e3d04ecc81fd7"),
    "W2": (FAILURE, 224, "sha1=ca280478967956d4d4a72b05188c786ef4937d6d"),
    "W3": (BILL, 479, "sha1=ca075e13adc02637e18009429fd471b2522807dc"),
    "W4": (PING, 157, "sha1=4c075153ef131be6f0d6fb45a75dd1dfcfaff132"),
    "W5": (TOKEN, 292, "sha1=0d6ea41ea6d75a2d62905006f6b9be70cd763703"),
    "W5 with escaped slashes": (
        TOKEN.replace(b"/", b"\\/"),
        296,
        "sha1=80fc201658f7e3f3492fbe010cbe2ea1ab8a4e95",
    ),
    "W5 with spaces": (
        json.dumps(json.loads(TOKEN)).encode(),
        314,
        "sha1=1836240cc976a65b05f1aa2531d9fcfef7de0ecc",
    ),
}
TRUE = VECTORS["W2"][2]

UNPROVED: Final = {
    "none": None,
    "empty": "",
    "another body's": VECTORS["W1"][2],
    "without its prefix": TRUE.removeprefix("sha1="),
    "in capitals": TRUE.upper(),
    "with another prefix": TRUE.replace("sha1=", "sha256="),
    "cut short": TRUE[:-1],
    "with another secret": "sha1=" + hmac.new(b"bukan-rahasia", FAILURE, "sha1").hexdigest(),
    "with no secret": "sha1=" + hmac.new(b"", FAILURE, "sha1").hexdigest(),
    "not even ASCII": "sha1=é",
}


def signed(body: bytes) -> str:
    return "sha1=" + hmac.new(WEBHOOK_SECRET.encode(), body, "sha1").hexdigest()


def news_of(order: Any, status: str, rc: str, **more: Any) -> bytes:
    """A webhook about this order."""
    data = {
        "ref_id": order.code,
        "customer_no": order.target_id,
        "buyer_sku_code": "xld10",
        "message": f"Transaksi {status}",
        "status": status,
        "rc": rc,
        "sn": "9988776655" if rc == "00" else "",
        "price": 10_000,
    }
    return msgspec.json.encode({"data": {**data, **more}})


async def knock(
    shop: Shop, body: bytes, signature: str | None = "true", event: str = "update"
) -> Reply:
    headers = {"Content-Type": "application/json", "X-Digiflazz-Event": event}
    if signature is not None:
        headers["X-Hub-Signature"] = signed(body) if signature == "true" else signature
    return await shop.client.post(PATH, data=body, headers=headers)


@dataclass(frozen=True)
class Kept:
    """One row of the inbox."""

    state: str
    body: bytes
    reference: str | None
    outcome: str | None
    times: int


async def inbox(shop: Shop) -> list[Kept]:
    async with shop.house.db.read() as tx:
        rows = await tx.rows(
            "SELECT i.state, i.body, i.reference, i.outcome, c.times FROM hooks.inbox i "
            "JOIN hooks.inbox_contents c ON c.inbox_id = i.id ORDER BY i.id"
        )
    return [Kept(row[0], bytes(row[1]), row[2], row[3], row[4]) for row in rows]


async def settled(shop: Shop) -> list[Kept]:
    """The inbox once nothing waits in it."""
    for _ in range(250):
        found = await inbox(shop)
        if all(kept.state != "waiting" for kept in found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"still waiting: {found}")


@pytest.fixture
async def door(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    """A shop whose worker is stopped and whose upstream calls nobody by itself."""
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        await sim.options(webhook_url="")
        yield shop


async def test_every_documented_webhook_is_accepted_by_its_own_bytes_only(door: Shop) -> None:
    for name, (body, length, signature) in VECTORS.items():
        assert len(body) == length, name
        answer = await knock(door, body, signature)
        assert (answer.status_code, answer.json()) == (200, {"status": "success"}), name
        altered = body.replace(b'"rc":"0', b'"rc": "0') if b'"rc":"0' in body else body + b" "
        assert (await knock(door, altered, signature)).status_code == 401, name
    kept = await inbox(door)
    assert [k.reference for k in kept] == [
        "test3",
        "test4",
        "inq-0001",
        None,
        *["WRG-20260912-000001"] * 3,
    ]
    assert [k.body for k in kept if k.state == "waiting"] == [
        body for name, (body, _, _) in VECTORS.items() if name != "W4"
    ]


def test_the_vectors_are_those_of_the_fact_sheet() -> None:
    for body, _, signature in VECTORS.values():
        assert signed(body) == signature


async def test_an_unproved_callback_is_refused_and_nothing_of_it_is_kept(door: Shop) -> None:
    for name, signature in UNPROVED.items():
        answer = await knock(door, FAILURE, signature)
        assert answer.status_code == 401, name
        assert TRUE.removeprefix("sha1=") not in answer.text
        assert WEBHOOK_SECRET not in answer.text
    assert await inbox(door) == []


async def test_without_a_configured_secret_no_callback_is_believed(conninfo: str, sim: Sim) -> None:
    async with open_shop(conninfo, sim, with_worker=False, DIGIFLAZZ_WEBHOOK_SECRET="") as shop:
        await sim.options(webhook_url="")
        for signature in (None, TRUE, UNPROVED["with no secret"]):
            assert (await knock(shop, FAILURE, signature)).status_code == 401
        assert await inbox(shop) == []


async def test_a_ping_is_answered_and_its_secret_is_not_kept(door: Shop) -> None:
    assert (await knock(door, PING, event="ping")).status_code == 200
    assert (await knock(door, PING, event="ping")).status_code == 200
    (kept,) = await inbox(door)
    assert (kept.state, kept.body, kept.reference) == ("ping", b"", None)


async def test_a_ping_without_proof_is_refused(door: Shop) -> None:
    assert (await knock(door, PING, None)).status_code == 401


async def test_callbacks_are_acknowledged_and_kept_while_the_worker_is_stopped(
    door: Shop,
) -> None:
    for number in range(30):
        body = SUCCESS.replace(b"test3", b"test3-%d" % number)
        assert (await knock(door, body)).status_code == 200
    assert {kept.state for kept in await inbox(door)} == {"waiting"}
    await door.start_worker()
    assert {kept.state for kept in await settled(door)} == {"not_ours"}


async def test_a_callback_that_came_while_the_worker_was_stopped_is_handled_when_it_starts(
    door: Shop,
) -> None:
    buyer = await door.buyer(money=50_000)
    await door.sim.script("087800000007", {"do": "pending", "then": "never"})
    order_id = await buyer.buys_async("xld10", "087800000007")
    order = await door.order(order_id)
    await knock(door, news_of(order, "Sukses", "00"))
    assert (await door.order(order_id)).state == "held"
    await door.start_worker()
    assert (await door.until(order_id, "delivered")).serial == "9988776655"
    assert await buyer.balance() == 38_500
    assert [kept.state for kept in await settled(door)] == ["handled"]
    assert await door.breaches() == []


async def test_an_unknown_reference_is_parked_as_not_ours(shop: Shop) -> None:
    await knock(shop, SUCCESS)
    (kept,) = await settled(shop)
    assert (kept.state, kept.outcome) == ("not_ours", "unknown reference test3")
    await shop.assert_honest()


async def test_a_callback_repeated_ten_times_is_one_message_and_one_settlement(
    shop: Shop,
) -> None:
    await shop.sim.options(webhook_on_create=False)
    buyer = await shop.buyer(money=50_000)
    await shop.sim.script("087800000007", {"do": "pending", "then": "never"})
    order_id = await buyer.buys_async("xld10", "087800000007")
    order = await shop.order(order_id)
    await shop.sim.settle(await _sent(shop, order_id), "Sukses", webhook=False)
    body = news_of(order, "Sukses", "00")
    answers = await asyncio.gather(*(knock(shop, body) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    await shop.until(order_id, "delivered")
    ours = [kept for kept in await settled(shop) if kept.reference == order.code]
    assert [(kept.state, kept.times) for kept in ours] == [("handled", 10)]
    assert await buyer.balance() == 38_500
    await shop.assert_honest()


async def test_a_stale_pending_after_the_success_changes_nothing(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", "087800001230")
    order = await shop.order(answer.json()["transaction"]["id"])
    await knock(shop, news_of(order, "Pending", "03"), event="create")
    await settled(shop)
    assert (await shop.order(order.id)).state == "delivered"
    await shop.assert_honest()


async def test_a_callback_before_the_answer_settles_the_order_once(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", "087800007006")
    order_id = answer.json()["transaction"]["id"]
    await shop.until(order_id, "delivered")
    await settled(shop)
    assert await buyer.balance() == 38_500
    await shop.assert_honest()


async def test_a_callback_about_another_number_or_product_moves_nothing(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    await shop.sim.script("087800000007", {"do": "pending", "then": "never"})
    order_id = await buyer.buys_async("xld10", "087800000007")
    await _sent(shop, order_id)
    order = await shop.order(order_id)
    await knock(shop, news_of(order, "Sukses", "00", customer_no="087800000008"))
    await knock(shop, news_of(order, "Gagal", "02", buyer_sku_code="xld5"))
    await knock(shop, news_of(order, "Sukses", "02"))
    await settled(shop)
    assert (await shop.order(order_id)).state == "sent"
    assert await shop.breaches() == []


STRANGE: Final = {
    "nothing": b"",
    "not JSON": b"<html>",
    "null": b"null",
    "a list": b"[]",
    "no data": b"{}",
    "data is text": b'{"data":"x"}',
    "no reference": b'{"data":{"rc":"00","status":"Sukses"}}',
    "reference is a number": b'{"data":{"ref_id":1,"rc":"00"}}',
    "half an emoji": b'{"data":{"ref_id":"a\\ud83d","rc":"00","status":"Sukses"}}',
    "a reference of 50,000 letters": b'{"data":{"ref_id":"' + b"a" * 50_000 + b'"}}',
    "not UTF-8": b'{"data":{"ref_id":"\xff\xfe"}}',
    "nested a thousand deep": b'{"data":' * 1000 + b"1" + b"}" * 1000,
}


async def test_no_proved_body_makes_an_error_of_ours_and_none_blocks_the_queue(
    shop: Shop,
) -> None:
    for name, body in STRANGE.items():
        answer = await knock(shop, body)
        assert answer.status_code < 500, f"{name}: {answer.text}"
    await knock(shop, SUCCESS)
    kept = await settled(shop)
    assert kept[-1].state == "not_ours"
    await shop.assert_honest()


async def _sent(shop: Shop, order_id: int) -> str:
    """The order's reference, once the upstream knows it."""
    order = await shop.order(order_id)
    for _ in range(250):
        if await shop.sim.transaction(order.code):
            return order.code
        await asyncio.sleep(0.02)
    raise AssertionError(f"{order.code} never arrived")
