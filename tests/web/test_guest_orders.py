"""Guests buy without an account, and learn of nothing but their own orders."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from konter.ledger.wallets import GUEST
from tests.shop import Reply, Shop
from tests.web.paying import (
    GUEST_LIMIT,
    IPAYMU_PAGE,
    IPAYMU_QRIS,
    NUMBER,
    PHONE,
    QRIS,
    customer_pays,
    lose_callbacks,
    until,
)

SITI = {"name": "Siti", "email": "Siti@Contoh.id", "phone": PHONE}
ORDERS = "/api/guest/orders"

addresses = (f"203.0.113.{n}" for n in itertools.count(1))
"""A new one for each guest: so many calls come from one address and no more."""


def home() -> dict[str, str]:
    return {"X-Forwarded-For": next(addresses)}


async def orders(shop: Shop, **facts: Any) -> Reply:
    body = {
        "product_id": await shop.product("xld10"),
        "target_id": NUMBER,
        "payment_method": QRIS,
        **SITI,
    }
    headers = facts.pop("headers", None) or home()
    given = {name: fact for name, fact in {**body, **facts}.items() if fact is not None}
    return await shop.client.post(ORDERS, json=given, headers=headers)


async def ordered(shop: Shop, **facts: Any) -> dict[str, Any]:
    answer = await orders(shop, **facts)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def id_of(shop: Shop, code: str) -> int:
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE code = %(code)s", {"code": code})
    assert row is not None
    return int(row[0])


def at(said: dict[str, Any], act: str = "") -> str:
    return f"{ORDERS}/{said['code']}{act}?token={said['token']}"


async def find(shop: Shop, code: str, contact: str, headers: dict[str, str] | None = None) -> Reply:
    body = {"code": code, "contact": contact}
    return await shop.client.post(f"{ORDERS}/find", json=body, headers=headers or home())


async def test_a_guest_orders_by_either_gateway_pays_and_gets_the_goods(paying: Shop) -> None:
    for given in ({"payment_method": QRIS}, {"payment_method": None, "channel": IPAYMU_PAGE}):
        said = await ordered(paying, **given)
        assert said["payment"]["url"]
        assert said["order"]["amount"] == said["payment"]["amount"]
        order_id = await id_of(paying, said["code"])
        seen = (await paying.client.get(at(said))).json()
        assert seen["order"] == said["order"]
        assert seen["payment"] == said["payment"]
        assert seen["refund"] is None
        await customer_pays(paying, order_id)
        await paying.until(order_id, "delivered")
        seen = (await paying.client.get(at(said))).json()
        assert seen["order"]["status"] == "success"
        assert seen["order"]["serial_number"]
        assert seen["payment"]["status"] == "paid"


async def test_a_guest_is_shown_nobodys_id_and_no_reference(paying: Shop) -> None:
    said = await ordered(paying)
    found = (await find(paying, said["code"], PHONE)).json()
    for shown in (said, found, (await paying.client.get(at(said))).json()):
        assert not {"user_id", "ref_id", "id"} & set(shown["order"])
        assert "konter-" not in str(shown)
    assert said["token"] not in str(found)


async def test_a_guest_pays_the_price_of_anybody(paying: Shop) -> None:
    said = await ordered(paying)
    listed = (await paying.client.get("/api/products?search=xld10")).json()["data"]
    (product,) = [one for one in listed if one["kode"] == "xld10"]
    assert said["order"]["amount"] == product["harga"]


async def test_the_order_is_found_by_its_code_and_what_its_buyer_said_however_written(
    paying: Shop,
) -> None:
    said = await ordered(paying)
    headers = home()
    for contact in ("siti@contoh.id", " SITI@CONTOH.ID ", "+62 812 3456 7890", "081234567890"):
        answer = await find(paying, said["code"].lower(), contact, headers)
        assert answer.status_code == 200
        assert answer.json()["order"] == said["order"]


async def test_nobody_learns_whether_a_code_exists(paying: Shop) -> None:
    said = await ordered(paying)
    buyer = await paying.buyer(money=50_000)
    account = (await buyer.buys("xld10", NUMBER)).json()["transaction"]["code"]
    nothing = "TRX-20261116-XXXXXXXX"
    answers = [
        await find(paying, said["code"], "lain@contoh.id"),
        await find(paying, said["code"], ""),
        await find(paying, nothing, "siti@contoh.id"),
        await find(paying, account, "pembeli1@example.com"),
        await paying.client.get(f"{ORDERS}/{said['code']}"),
        await paying.client.get(f"{ORDERS}/{said['code']}?token={'0' * 32}"),
        await paying.client.get(f"{ORDERS}/{nothing}?token={said['token']}"),
        await paying.client.get(f"{ORDERS}/{account}?token={said['token']}"),
        await paying.client.post(f"{ORDERS}/{said['code']}/cancel?token=x"),
        await paying.client.post(f"{ORDERS}/{account}/pay?token={said['token']}"),
        await paying.client.post(
            f"{ORDERS}/{said['code']}/refund-account",
            json={"bank": "BCA", "number": "123456", "holder": "Siti"},
        ),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    other = await ordered(paying)
    crossed = await paying.client.get(f"{ORDERS}/{said['code']}?token={other['token']}")
    assert crossed.status_code == 404


async def test_one_address_orders_and_looks_only_so_often(paying: Shop) -> None:
    headers = home()
    for turn in range(GUEST_LIMIT):
        if turn % 2:
            answer = await find(paying, "TRX-20261116-XXXXXXXX", PHONE, headers)
            assert answer.status_code == 404
        else:
            assert (await orders(paying, headers=headers)).status_code == 201
    for answer in (
        await orders(paying, headers=headers),
        await find(paying, "TRX-20261116-XXXXXXXX", PHONE, headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        assert int(answer.headers["retry-after"]) > 0
    assert (await orders(paying)).status_code == 201, "another address is not hindered"


async def test_what_is_wrong_with_a_guests_order_is_said_field_by_field(paying: Shop) -> None:
    for facts, fields in (
        ({"name": None}, ["name"]),
        ({"name": " ", "email": "x", "phone": "y"}, ["name", "email", "phone"]),
        ({"payment_method": None}, ["payment_method"]),
        ({"payment_method": "balance"}, ["payment_method"]),
        ({"payment_method": "tripay:LAIN"}, ["payment_method"]),
        ({"target_id": "1"}, ["target_id"]),
        ({"product_id": 10**15}, ["product_id"]),
        ({"address": "x" * 400}, ["address"]),
    ):
        answer = await orders(paying, **facts)
        assert answer.status_code == 422, answer.text
        assert list(answer.json()["errors"]) == fields


async def test_a_guest_renews_and_gives_up_an_unpaid_order(paying: Shop) -> None:
    said = await ordered(paying)
    answer = await paying.client.post(at(said, "/pay"), json={"payment_method": IPAYMU_QRIS})
    assert answer.status_code == 200
    assert answer.json()["payment"]["channel"] == IPAYMU_QRIS
    again = (await paying.client.post(at(said, "/pay"))).json()
    assert again["payment"] == answer.json()["payment"]
    cancelled = await paying.client.post(at(said, "/cancel"))
    assert cancelled.json()["order"]["payment_status"] == "cancelled"
    for act, status in (("/cancel", 422), ("/pay", 409)):
        assert (await paying.client.post(at(said, act))).status_code == status


async def test_a_failed_order_of_a_guest_is_owed_and_its_account_is_asked_for(
    paying: Shop,
) -> None:
    number = "087800001232"
    said = await ordered(paying, target_id=number)
    order_id = await id_of(paying, said["code"])
    await customer_pays(paying, order_id)
    await paying.until(order_id, "failed")
    seen = (await paying.client.get(at(said))).json()
    assert (seen["order"]["status"], seen["payment"]["status"]) == ("failed", "refunded")
    owed = {"amount": said["order"]["amount"], "status": "due", "account_told": False}
    assert seen["refund"] == owed
    wrong = await paying.client.post(
        at(said, "/refund-account"), json={"bank": "", "number": "x", "holder": ""}
    )
    assert set(wrong.json()["errors"]) == {"bank", "number", "holder"}
    account = {"bank": "DANA", "number": "0812-3456-7890", "holder": "Siti"}
    told = await paying.client.post(at(said, "/refund-account"), json=account)
    assert told.json()["refund"] == {**owed, "account_told": True}
    assert "08123456" not in told.text
    async with paying.house.db.read() as tx:
        rows = await tx.rows("SELECT bank, number, holder FROM funding.refund_accounts")
        notices = await tx.rows(
            "SELECT 1 FROM hooks.notices WHERE user_id = %(guest)s", {"guest": GUEST}
        )
    assert rows == [("DANA", "081234567890", "Siti")]
    assert notices == []


async def test_a_second_payment_of_a_guest_is_owed_back(paying: Shop) -> None:
    said = await ordered(paying)
    order_id = await id_of(paying, said["code"])
    await customer_pays(paying, order_id)
    await customer_pays(paying, order_id)

    async def owed() -> bool:
        refund = (await paying.client.get(at(said))).json()["refund"]
        return refund is not None and refund["amount"] == said["order"]["amount"]

    await until(owed)
    await paying.until(order_id, "delivered")


async def test_whoever_asks_at_once_gets_one_order_each(paying: Shop) -> None:
    headers = {**home(), "Prefer": "respond-async"}
    answers = await asyncio.gather(*(orders(paying, headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["token"] for answer in answers}) == 5
    assert {answer.json()["payment"]["status"] for answer in answers} == {"pending"}


async def test_a_guest_whose_payment_was_not_told_of_has_it_asked_about(paying: Shop) -> None:
    """The re-check button: pressed by whoever has paid and still reads "unpaid"."""
    await lose_callbacks(paying)
    said = await ordered(paying)
    await customer_pays(paying, await id_of(paying, said["code"]))
    seen = (await paying.client.get(at(said, "/refresh-status"))).json()
    assert seen["order"]["payment_status"] == "paid" and seen["payment"]["status"] == "paid"
    missed = await paying.client.get(at(said, "/refresh-status") + "0")
    assert missed.status_code == 404
