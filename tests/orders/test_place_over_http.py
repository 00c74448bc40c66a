"""Two hundred people at one counter: real HTTP, one wallet, and no rupiah too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.shop import Buyer, Reply, Shop, open_shop
from tests.sim_process import Sim

PRICE = 11_500
COUNT = "SELECT count(*) FROM orders.orders"


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        yield shop


async def asks(buyer: Buyer, product: int, to: str, **facts: str) -> Reply:
    headers = {"Authorization": f"Bearer {buyer.token}", "Prefer": "respond-async"}
    body = {"product_id": product, "target_id": to, **facts}
    return await buyer.shop.client.post("/api/transactions", json=body, headers=headers)


async def orders(shop: Shop) -> int:
    async with shop.house.db.read() as tx:
        row = await tx.row(COUNT)
    assert row is not None
    return int(row[0])


async def test_two_hundred_orders_at_once_on_money_for_fifty_are_exactly_fifty(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=50 * PRICE + 11_499)
    product = await shop.product("xld10")
    answers = await asyncio.gather(*(asks(buyer, product, f"08780000{n:04}") for n in range(200)))
    placed = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 422]
    assert (len(placed), len(refused)) == (50, 150)
    for answer in refused:
        said = answer.json()
        assert said["required"] == "11500.00"
        assert said["current_balance"] == "11499.00"
        assert said["shortage"] == "1.00"
    assert await orders(shop) == 50
    assert await buyer.balance() == 11_499
    await shop.assert_honest()


async def test_one_reference_fifty_times_at_once_is_one_order(shop: Shop) -> None:
    buyer = await shop.buyer()
    product = await shop.product("xld10")
    answers = await asyncio.gather(
        *(asks(buyer, product, "087800009999", ref_id="mine") for _ in range(50))
    )
    assert sorted({answer.status_code for answer in answers}) == [200, 201]
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert len({answer.json()["transaction"]["id"] for answer in answers}) == 1
    other = await asks(buyer, product, "087800009998", ref_id="mine")
    assert other.status_code == 409
    assert await orders(shop) == 1
    assert await buyer.balance() == 1_000_000 - PRICE
    await shop.assert_honest()


async def test_two_clicks_without_a_reference_are_two_orders(shop: Shop) -> None:
    buyer = await shop.buyer()
    product = await shop.product("xld10")
    answers = await asyncio.gather(*(asks(buyer, product, "087800009999") for _ in range(2)))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert await orders(shop) == 2
    assert await buyer.balance() == 1_000_000 - 2 * PRICE
    await shop.assert_honest()


async def test_two_buyers_may_use_the_same_reference(shop: Shop) -> None:
    one, two = await shop.buyer(), await shop.buyer()
    product = await shop.product("xld10")
    answers = [await asks(buyer, product, "087800009999", ref_id="mine") for buyer in (one, two)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert await orders(shop) == 2
