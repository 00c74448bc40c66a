"""What happens on an ordinary day: delivered, delivered later, refused."""

from __future__ import annotations

from tests.shop import Shop


async def test_a_delivered_order_is_paid_once_and_its_serial_comes_back(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", "087800001230")
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["transaction"]["status"] == "success"
    assert said["transaction"]["provider_trx_id"]
    assert said["new_balance"] == "38500.00"
    assert await buyer.balance() == 38_500
    await shop.assert_honest()


async def test_a_pending_order_is_delivered_by_its_callback(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", "087800001233")
    assert answer.json()["transaction"]["status"] == "process"
    order = await shop.until(answer.json()["transaction"]["id"], "delivered")
    assert order.serial
    await shop.assert_honest()


async def test_a_refused_order_gives_its_price_back_at_once(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", "087800001232")
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Transaksi gagal: ")
    assert await buyer.balance() == 50_000
    await shop.assert_honest()
