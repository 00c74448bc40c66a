"""The transaction document's examples that quote OkeConnect, on the running server.

Its "Transaksi gagal: Pin Salah" is a fault of the shop's, which no buyer is shown: see the last.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from konter.catalogue.prices import Kind, Role, Rule, set_rule
from konter.hooks import tasks
from konter.orders.read import attempts_of
from tests.shop import Buyer, Shop
from tests.sim_process import Sim
from tests.two_shops import CALLBACK, DIGI, OKE, assert_both_honest, open_two_suppliers
from tests.web.test_transaction_document import (
    CREATED,
    DETAIL,
    FAILED,
    FINALIZED,
    LIST,
    NUMBER,
    REFRESHED,
    assert_like,
)

WAITS = {"sale": [{"do": "accept", "then": "never"}]}
OURS = re.compile(r"Saldo|Hrg|T#")


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    """It sells the document's product by OkeConnect, at the document's price."""
    one = {"product_name": "Top Up Saldo DANA", "category": "E-Money", "brand": "DANA"}
    item = {**one, "price": 900, "buyer_sku_code": "D1", "desc": "Dana 1.000"}
    await sim.catalogue(items=[item])
    mapped, rows = {"D1": "D1"}, {"D1": "900"}
    async with open_two_suppliers(
        conninfo, sim, mapped=mapped, rows=rows, KONTER_CHECK_SPACING_S="2"
    ) as shop:
        await sim.okeconnect.options(report_url="")
        rule = Rule(Role.RESELLER, Kind.FLAT, 138, brand="DANA")
        await set_rule(shop.house.catalogue, rule)
        yield shop
        await assert_both_honest(shop)


async def sent(shop: Shop, buyer: Buyer) -> dict[str, Any]:
    """A transaction that OkeConnect has taken and not decided."""
    await shop.sim.okeconnect.script(NUMBER, **WAITS)
    answer = await buyer.buys("D1", NUMBER, server_id=None)
    assert answer.status_code == 201, answer.text
    assert_like(CREATED, answer.json())
    assert answer.json()["message"] == "Transaksi berhasil dibuat"
    assert answer.json()["new_balance"] == "98962.00"
    return dict(answer.json()["transaction"])


async def refresh(buyer: Buyer, transaction: dict[str, Any]) -> dict[str, Any]:
    answer = await buyer.get(f"/api/transactions/{transaction['id']}/refresh-status")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_a_transaction_in_process_is_refreshed_by_asking_and_shows_their_sentence(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=100_000)
    one = await sent(shop, buyer)
    assert (one["status"], one["amount"], one["provider_trx_id"]) == ("process", "1038.00", None)
    echo = f"R#{one['code']} Dana 1.000 D1.{NUMBER}"
    await shop.sim.okeconnect.settle(one["code"], "Sukses", sn="R230512.1908.2000FE")
    await asyncio.sleep(0.5)
    said = await refresh(buyer, one)
    assert_like(REFRESHED, said)
    assert said["message"] == "Status berhasil diperbarui"
    assert said["transaction"]["status"] == "success"
    assert said["transaction"]["provider_trx_id"] == "R230512.1908.2000FE"
    found = re.fullmatch(
        re.escape(echo) + r" sudah pernah jam \d\d:\d\d, status Sukses\. SN: R230512\.1908\.2000FE",
        said["raw_response"],
    )
    assert found and not OURS.search(said["raw_response"])

    assert_like(FINALIZED, await refresh(buyer, one))
    assert_like(DETAIL, (await buyer.get(f"/api/transactions/{one['id']}")).json())
    assert_like(LIST, (await buyer.get("/api/transactions")).json())


async def test_within_the_gap_their_last_sentence_is_repeated_and_nobody_asked(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=100_000)
    one = await sent(shop, buyer)
    said = await refresh(buyer, one)
    assert await shop.sim.okeconnect.calls("check") == []
    assert_like(REFRESHED, said)
    assert said["transaction"]["status"] == "process"
    assert said["raw_response"] == f"R#{one['code']} Dana 1.000 D1.{NUMBER} akan diproses"
    assert said["next_check_at"]
    await shop.sim.okeconnect.settle(one["code"], "Sukses")
    await shop.until(one["id"], "delivered")


async def test_a_transaction_that_failed_there_is_refreshed_and_its_money_is_back(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=100_000)
    one = await sent(shop, buyer)
    await shop.sim.okeconnect.settle(one["code"], "Gagal", reason="Nomor tujuan salah")
    await asyncio.sleep(0.5)
    said = await refresh(buyer, one)
    assert said["transaction"]["status"] == "failed"
    assert said["raw_response"].endswith("status Gagal. Nomor tujuan salah")
    assert not OURS.search(said["raw_response"])
    assert await buyer.balance() == 100_000


async def test_an_immediate_refusal_shows_their_sentence_as_details(shop: Shop) -> None:
    buyer = await shop.buyer(money=100_000)
    await shop.sim.okeconnect.script(NUMBER, sale=[{"do": "refuse"}])
    answer = await buyer.buys("D1", NUMBER)
    assert answer.status_code == 422
    said = answer.json()
    assert_like(FAILED, said)
    assert said["message"] == "Transaksi gagal: Nomor HP tidak benar"
    code = said["transaction_code"]
    assert said["details"] == f"R#{code} D1.{NUMBER} GAGAL. Nomor HP tidak benar."
    assert await buyer.balance() == 100_000


async def test_the_documented_callback_without_the_secret_is_refused_and_with_it_answered_ok(
    shop: Shop,
) -> None:
    said = (
        "refid=114&message=T%23210288912%20R%23114%20Three%201.000%20T1.089660522887"
        "%20SUKSES.%20SN%3A%20R230512.1911.2100F1"
    )
    assert (await shop.client.get(f"{CALLBACK}?{said}")).status_code == 401
    answer = await shop.client.get(f"{CALLBACK}/rahasia-oke-0001?{said}")
    assert (answer.status_code, answer.text) == (200, "OK")


async def test_a_wrong_pin_of_ours_is_no_buyers_business(shop: Shop) -> None:
    """The order is bought at the other supplier; the shop's people are told why."""
    buyer = await shop.buyer(money=100_000)
    number = "081234564041"
    await shop.sim.script(number, {"do": "success"})
    answer = await buyer.buys("D1", number)
    assert answer.status_code == 201, answer.text
    assert "Pin Salah" not in answer.text
    order_id = answer.json()["transaction"]["id"]
    await shop.until(order_id, "delivered")
    async with shop.house.db.read() as tx:
        assert [a.account for a in await attempts_of(tx, order_id)] == [OKE, DIGI]
        (task,) = await tasks.open_tasks(tx)
    assert task.kind == "gate_closed" and "Pin Salah" in task.detail
