"""Open denominations over the running site: every door, to delivery, with books that agree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from konter.catalogue.choose_amounts import set_amounts
from konter.catalogue.open_products import add_open
from konter.people.permits import Role
from konter.upstreams.contract import Amounts
from tests.landlord import lent
from tests.orders.test_otomax_words import read
from tests.shop import GAP_S, WEBHOOK_SECRET, Shop, gateway_settings
from tests.sim_process import Sim
from tests.two_shops import MAPPED, OKE, assert_both_honest, open_two_suppliers
from tests.web.h2h import Machine, new_member
from tests.web.paying import PHONE, QRIS, customer_pays
from tests.web.schema import held_to_its_word

DANA, AMOUNT, FEE, RETAIL_FEE = "BBSDN", 50_000, 1_700, 3_200
CHARGED_FEE = 90
"""What OkeConnect takes beside the amount, though it lists 50 and we reckon with 200."""
STEPPED = "BBSGOP"

numbers = (f"0812345{n:05}" for n in range(10_000))
"""A new one for each order: OkeConnect sells one thing to one number once a day."""


@pytest_asyncio.fixture(scope="module")
async def door(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    sim = sim_process
    await sim.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
    )
    for gateway in (sim.ipaymu, sim.tripay):
        await gateway.reset(poll_gap_s=0, callback_delay_ms=20)
    told = {
        **gateway_settings(sim),
        "KONTER_TOKEN_CACHE_S": "0",
        "KONTER_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    with lent(server_conninfo, template) as conninfo:
        async with open_two_suppliers(conninfo, sim, mapped=MAPPED, rows=None, **told) as shop:
            catalogue = shop.house.catalogue
            for sku in (DANA, STEPPED):
                assert await add_open(catalogue, OKE, sku) == (sku, None)
            await set_amounts(catalogue, STEPPED, Amounts(20_000, 500_000, 1_000))
            shop.client = await held_to_its_word(shop.client)
            yield shop
            await assert_both_honest(shop)


async def orders(toko: Machine, number: str, ref: str, qty: int | None, **facts: Any) -> Any:
    """Signed as our document says: the amount before the secret."""
    sku = facts.pop("sku", DANA)
    digits = () if qty is None else (str(qty),)
    told = {} if qty is None else {"qty": qty}
    sign = toko.md5(ref, number, sku, *digits)
    return await toko.orders_(sku, number, ref, **{"sign": sign, **told, **facts})


async def asked_for(shop: Shop, number: str) -> set[str]:
    """The amounts that OkeConnect was asked for."""
    calls = await shop.sim.okeconnect.calls("purchase")
    return {call["qty"] for call in calls if call["dest"] == number}


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_machine_buys_an_amount_of_its_choice_by_json(door: Shop) -> None:
    toko, number = await new_member(door, money=100_000), next(numbers)
    answer = await orders(toko, number, "A", AMOUNT)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["qty"], said["price"], said["product"]) == (AMOUNT, AMOUNT + FEE, DANA)
    order = await door.until(said["trx_id"], "delivered")
    assert await asked_for(door, number) == {str(AMOUNT)}
    assert await toko.balance() == 100_000 - AMOUNT - FEE
    assert order.serial is not None and f"/{AMOUNT}/" in order.serial
    again = await orders(toko, number, "A", AMOUNT)
    assert (again.status_code, again.json()["status"]) == (200, "success")
    assert problem(await orders(toko, number, "A", AMOUNT + 1)) == (409, "ref_id_reused")
    assert problem(await orders(toko, number, "A", None)) == (409, "ref_id_reused")
    assert (await toko.status("A")).json()["qty"] == AMOUNT
    assert len(await toko.order_ids()) == 1


async def test_an_amount_is_signed_limited_and_told_what_may_be_chosen(door: Shop) -> None:
    toko, number = await new_member(door, money=200_000), next(numbers)
    unsigned = toko.md5("B", number, DANA)
    assert problem(await orders(toko, number, "B", AMOUNT, sign=unsigned)) == (401, "bad_signature")
    for qty in (None, 1, 9_999, 10_000_001):
        answer = await orders(toko, number, "B", qty)
        assert problem(answer) == (422, "invalid")
        assert "Rp 10.000 sampai Rp 10.000.000" in answer.json()["errors"]["qty"][0]
    stepped = await orders(toko, number, "B", 20_500, sku=STEPPED)
    assert "kelipatan Rp 1.000" in stepped.json()["errors"]["qty"][0]
    assert problem(await orders(toko, number, "B", 0)) == (422, "invalid")
    dear = await orders(toko, number, "C", AMOUNT, max_price=AMOUNT + FEE - 1)
    assert problem(dear) == (422, "price_above_limit")
    short = await orders(toko, number, "D", 199_000)
    assert problem(short) == (422, "not_enough_balance")
    for qty in (2, AMOUNT):
        fixed = await orders(toko, "087800001230", f"E{qty}", qty, sku="xld10")
        assert problem(fixed) == (422, "quantity_not_one")
    one = await orders(toko, "087800001230", "F", 1, sku="xld10")
    assert (one.status_code, one.json()["qty"]) == (201, None)
    await door.until(one.json()["trx_id"], "delivered")
    bought = await orders(toko, number, "B", 20_000, sku=STEPPED)
    assert bought.status_code == 201
    await door.until(bought.json()["trx_id"], "delivered")
    assert len(await toko.order_ids()) == 2


async def test_otomax_buys_by_qty_in_rupiah(door: Shop) -> None:
    toko, number = await new_member(door, money=100_000), next(numbers)
    for qty in ("", "1", "50", "10000001"):
        kind, found = read(await toko.trx(DANA, number, "bad" + qty, qty=qty))
        assert kind == "gagal"
        assert "qty" in str(found["keterangan1"]) or "nominal" in str(found["keterangan1"])
    said = await toko.trx(DANA.lower(), number, "1", qty=str(AMOUNT), hargamax=str(AMOUNT + FEE))
    kind, found = read(said)
    assert (kind, found["kode"], found["hargabeli"]) == ("proses", DANA, "51.700")
    (order_id,) = await toko.order_ids()
    await door.until(order_id, "delivered")
    assert await asked_for(door, number) == {str(AMOUNT)}
    for more in ({"qty": str(AMOUNT)}, {"qty": "900000"}, {}, {"check": "1"}):
        kind, found = read(await toko.trx(DANA.lower(), number, "1", **more))
        assert (kind, found["hargabeli"]) == ("sukses", "51.700")
    assert await toko.order_ids() == [order_id]
    assert await toko.balance() == 100_000 - AMOUNT - FEE


async def test_a_person_buys_at_their_own_fee_and_finds_the_amount_again(door: Shop) -> None:
    buyer, number = await door.buyer(money=100_000, role=Role.RETAIL), next(numbers)
    made = await buyer.buys(DANA, number, ref_id="a", qty=AMOUNT)
    assert made.status_code == 201, made.text
    shown = made.json()["transaction"]
    assert (shown["qty"], shown["amount"]) == (AMOUNT, f"{AMOUNT + RETAIL_FEE}.00")
    await door.until(shown["id"], "delivered")
    listed = (await buyer.get("/api/transactions")).json()["data"][0]
    assert (listed["qty"], listed["status"]) == (AMOUNT, "success")
    assert await buyer.balance() == 100_000 - AMOUNT - RETAIL_FEE
    assert (await buyer.buys(DANA, number, ref_id="a", qty=AMOUNT)).status_code == 200
    assert (await buyer.buys(DANA, number, ref_id="a", qty=AMOUNT + 1)).status_code == 409
    for qty in (None, 9_999, 10_000_001):
        refused = await buyer.buys(DANA, number, **({} if qty is None else {"qty": qty}))
        assert refused.status_code == 422
        assert list(refused.json()["errors"]) == ["qty"]
    fixed = await buyer.buys("xld10", "087800001230", qty=AMOUNT)
    assert fixed.status_code == 422
    assert "jumlahnya harus 1" in fixed.json()["message"]
    for odd in ("50000", 50_000.5, -1, True):
        assert (await buyer.buys(DANA, number, qty=odd)).status_code == 422


async def test_a_guest_pays_for_the_amount_by_a_channel(door: Shop) -> None:
    number = next(numbers)
    body = {
        "product_id": await door.product(DANA),
        "target_id": number,
        "payment_method": QRIS,
        "name": "Siti",
        "email": "siti@contoh.id",
        "phone": PHONE,
    }
    headers = {"X-Forwarded-For": "203.0.113.77"}
    bare = await door.client.post("/api/guest/orders", json=body, headers=headers)
    assert (bare.status_code, list(bare.json()["errors"])) == (422, ["qty"])
    made = await door.client.post(
        "/api/guest/orders", json={**body, "qty": AMOUNT}, headers=headers
    )
    assert made.status_code == 201, made.text
    order = made.json()["order"]
    assert (order["qty"], order["amount"]) == (AMOUNT, f"{AMOUNT + RETAIL_FEE}.00")
    async with door.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE code = %s", [order["code"]])
    assert row is not None
    await customer_pays(door, row[0])
    await door.until(row[0], "delivered")
    assert await asked_for(door, number) == {str(AMOUNT)}


async def test_every_list_tells_the_range_and_the_fee(door: Shop) -> None:
    toko = await new_member(door)
    listed = (await toko.get("products", "pricelist")).json()["data"]
    by_code = {one["buyer_sku"]: one for one in listed}
    assert by_code[DANA]["open"] == {"least": 10_000, "most": 10_000_000, "step": 1, "fee": FEE}
    assert by_code[DANA]["price"] == 10_000 + FEE
    assert by_code[STEPPED]["open"]["step"] == 1_000
    assert "open" not in by_code["xld10"]
    shown = (await door.client.get(f"/api/products/{await door.product(DANA)}")).json()
    assert shown["open"] == {"least": 10_000, "most": 10_000_000, "step": 1, "fee": RETAIL_FEE}
    assert shown["harga"] == f"{10_000 + RETAIL_FEE}.00"
    searched = (await door.client.get("/api/products?search=bbs")).json()["data"]
    assert {one["kode"] for one in searched} == {DANA, STEPPED}
    assert (
        "open" not in (await door.client.get(f"/api/products/{await door.product('s10')}")).json()
    )
