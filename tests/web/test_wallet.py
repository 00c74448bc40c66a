"""``/api/balance``, ``/api/mutations``, ``/api/notifications``: a buyer's own."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from tests.shop import Buyer, Shop


async def all_lines(buyer: Buyer) -> list[dict[str, Any]]:
    """The whole statement, newest first, page by page."""
    lines: list[dict[str, Any]] = []
    page = 1
    while True:
        said = (await buyer.get(f"/api/mutations?page={page}")).json()
        assert (said["current_page"], said["per_page"]) == (page, 20)
        lines += said["data"]
        if not said["data"]:
            assert said["total"] == len(lines)
            return lines
        page += 1


async def test_every_line_of_the_statement_adds_up_and_leads_to_the_next(shop: Shop) -> None:
    buyer = await shop.buyer(money=500_000)
    numbers = [f"08780000{last}" for last in ("1230", "1232", "1234", "4054", "0001", "0002")]
    orders = await asyncio.gather(
        *(buyer.buys_async("xld10", number) for number in numbers),
        *(buyer.buys_async("xld10", f"087800001{n:03d}") for n in range(300, 312)),
    )
    await asyncio.gather(*(shop.until(order, "delivered", "failed") for order in orders))
    lines = await all_lines(buyer)
    assert [line["line"] for line in lines] == list(range(len(lines), 0, -1))
    after = Decimal(0)
    for line in reversed(lines):
        assert Decimal(line["before"]) == after
        after = Decimal(line["after"])
        assert Decimal(line["before"]) + Decimal(line["amount"]) == after
        assert (line["type"] == "credit") == (Decimal(line["amount"]) > 0)
        assert line["description"]
    assert (await buyer.get("/api/balance")).json() == {"balance": f"{after}"}
    assert after == await buyer.balance()
    codes = {(await shop.order(order)).code for order in orders}
    assert {line["reference"] for line in lines if line["reference"]} == codes
    me = (await buyer.get("/api/auth/me")).json()
    assert me["user"]["balance"] == f"{after}"
    await shop.assert_honest()


async def test_the_statement_tells_a_refund_in_words(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    await buyer.buys("xld10", "087800001232")
    refund, hold, opening = await all_lines(buyer)
    assert (opening["amount"], opening["description"]) == ("50000.00", "modal awal")
    assert (hold["type"], hold["amount"], hold["after"]) == ("debit", "-11500.00", "38500.00")
    assert (refund["type"], refund["amount"], refund["after"]) == (
        "credit",
        "11500.00",
        "50000.00",
    )
    assert refund["description"] == "Pengembalian dana transaksi gagal"
    assert hold["reference"] == refund["reference"]


async def test_nobody_reads_anybody_elses_money_or_messages(shop: Shop) -> None:
    buyer, other = await shop.buyer(), await shop.buyer(money=0)
    await buyer.buys("xld10", "087800001230")
    assert (await other.get("/api/balance")).json() == {"balance": "0.00"}
    assert (await other.get("/api/mutations")).json()["total"] == 0
    assert (await other.get("/api/notifications")).json()["total"] == 0
    assert (await other.get("/api/transactions")).json()["total"] == 0


async def test_a_buyer_is_told_of_success_and_of_failure_and_can_mark_it_read(
    shop: Shop,
) -> None:
    buyer = await shop.buyer()
    good = (await buyer.buys("xld10", "087800001230")).json()["transaction"]
    bad = (await buyer.buys("xld10", "087800001232")).json()
    said = (await buyer.get("/api/notifications")).json()
    assert (said["total"], said["unread"], said["per_page"]) == (2, 2, 20)
    failure, success = said["data"]
    assert (success["type"], success["title"]) == ("success", "Transaksi Berhasil!")
    assert success["data"] == {
        "transaction_code": good["code"],
        "serial_number": good["serial_number"],
    }
    assert good["serial_number"] in success["message"]
    assert (failure["type"], failure["title"]) == ("error", "Transaksi Gagal")
    assert failure["data"] == {
        "transaction_code": bad["transaction_code"],
        "reason": "Transaksi Gagal",
    }
    assert success["read_at"] is None
    assert (await buyer.post("/api/notifications/read")).json()["marked"] == 2
    after = (await buyer.get("/api/notifications")).json()
    assert after["unread"] == 0
    assert all(one["read_at"] for one in after["data"])
    assert (await buyer.post("/api/notifications/read")).json()["marked"] == 0
