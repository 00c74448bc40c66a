"""Days of a shop with two suppliers, over real HTTP: OkeConnect's ways, and Digiflazz beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from konter.catalogue.mappings import set_priority
from konter.hooks import tasks
from konter.kernel.clock import SystemClock, business_date
from konter.orders.absence import NEAR_MIDNIGHT
from konter.orders.read import attempts_of
from tests.shop import Buyer, Reply, Shop
from tests.sim_process import Sim
from tests.two_shops import (
    CALLBACK,
    CALLBACK_SECRET,
    DIGI,
    OKE,
    assert_both_honest,
    open_two_suppliers,
)

XL = "08780000"


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_two_suppliers(conninfo, sim) as shop:
        yield shop


async def accounts(shop: Shop, order_id: int) -> list[str]:
    async with shop.house.db.read() as tx:
        return [attempt.account for attempt in await attempts_of(tx, order_id)]


async def open_tasks(shop: Shop) -> set[str]:
    async with shop.house.db.read() as tx:
        return {task.kind for task in await tasks.open_tasks(tx)}


async def ordered(buyer: Buyer, to: str) -> int:
    return await buyer.buys_async("xld10", to)


async def hint(shop: Shop, reference: str, message: str) -> Reply:
    told = urlencode({"refid": reference, "message": message})
    return await shop.client.get(f"{CALLBACK}/{CALLBACK_SECRET}?{told}")


async def test_an_order_waits_and_is_delivered_because_its_callback_made_us_ask(
    conninfo: str, sim: Sim
) -> None:
    async with open_two_suppliers(conninfo, sim, KONTER_CHECK_SPACING_S="4") as shop:
        await sim.okeconnect.options(callback_delay_ms=900)
        buyer = await shop.buyer(money=50_000)
        order_id = await ordered(buyer, XL + "0099")
        order = await shop.until(order_id, "delivered", within_s=3)
        assert order.serial
        assert await accounts(shop, order_id) == [OKE]
        assert len(await sim.okeconnect.calls("check")) == 1
        assert [c["accepted"] for c in await sim.okeconnect.callbacks()] == [True]
        await assert_both_honest(shop)


async def test_an_answer_at_once_needs_no_question(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", XL + "1230")
    assert answer.json()["transaction"]["status"] == "success", answer.text
    assert await shop.sim.okeconnect.calls("check") == []
    await assert_both_honest(shop)


async def test_a_refusal_is_told_with_the_suppliers_sentence_and_the_money_is_back(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=50_000)
    answer = await buyer.buys("xld10", XL + "4054")
    assert answer.status_code == 422
    said = answer.json()
    assert said["message"] == "Transaksi gagal: Nomor tujuan salah"
    code = said["transaction_code"]
    assert said["details"] == f"R#{code} XL 10.000 X10.{XL}4054 GAGAL. Nomor tujuan salah"
    assert await buyer.balance() == 50_000
    await assert_both_honest(shop)


async def test_what_okeconnect_refuses_is_bought_at_digiflazz(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    await shop.sim.script(XL + "4055", {"do": "success"})
    order_id = await ordered(buyer, XL + "4055")
    await shop.until(order_id, "delivered")
    assert await accounts(shop, order_id) == [OKE, DIGI]
    await assert_both_honest(shop)


async def test_what_digiflazz_refuses_is_bought_at_okeconnect(shop: Shop) -> None:
    await set_priority(shop.house.catalogue, OKE, "X10", 500)
    buyer = await shop.buyer(money=50_000)
    number = XL + "0001"
    await shop.sim.script(number, {"do": "fail", "rc": "55"})
    order_id = await ordered(buyer, number)
    await shop.until(order_id, "delivered")
    assert await accounts(shop, order_id) == [DIGI, OKE]
    await assert_both_honest(shop)


async def test_the_duplicate_guard_on_a_first_send_goes_to_a_person(shop: Shop) -> None:
    """Somebody has sold this to that number from another machine; its words are no success."""
    buyer = await shop.buyer(money=50_000)
    order_id = await ordered(buyer, XL + "5023")
    for _ in range(100):
        if await open_tasks(shop):
            break
        await asyncio.sleep(0.05)
    assert await open_tasks(shop) == {"review"}
    await asyncio.sleep(1)
    order = await shop.order(order_id)
    assert (order.state, order.serial) == ("sent", None)
    assert await accounts(shop, order_id) == [OKE]
    assert await shop.breaches() == []


async def test_a_second_sale_on_one_day_goes_elsewhere_and_never_meets_the_guard(
    shop: Shop,
) -> None:
    buyer = await shop.buyer(money=50_000)
    number = XL + "1230"
    await shop.sim.script(number, {"do": "success"})
    first, second = await ordered(buyer, number), await ordered(buyer, number)
    for order_id in (first, second):
        await shop.until(order_id, "delivered")
    assert [await accounts(shop, order_id) for order_id in (first, second)] == [[OKE], [DIGI]]
    await assert_both_honest(shop)


async def test_a_second_sale_that_nobody_takes_is_refused_before_the_hold(
    conninfo: str, sim: Sim
) -> None:
    await sim.catalogue(sku="xld10", multi=False)
    async with open_two_suppliers(conninfo, sim) as shop:
        buyer = await shop.buyer(money=50_000)
        number = XL + "1230"
        await sim.script(number, {"do": "success"})
        for _ in range(2):
            await shop.until(await ordered(buyer, number), "delivered")
        left = await buyer.balance()
        answer = await buyer.buys("xld10", number)
        assert (answer.status_code, answer.json()["code"]) == (422, "sold_today")
        assert await buyer.balance() == left
        await assert_both_honest(shop)


async def test_after_silence_the_status_call_tells_and_nothing_is_sent_again(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    order_id = await ordered(buyer, XL + "5031")
    order = await shop.until(order_id, "delivered")
    calls = await shop.sim.okeconnect.calls()
    kinds = [call["kind"] for call in calls if call["ref_id"] == order.code]
    assert kinds[0] == "purchase" and set(kinds[1:]) == {"check"}
    await assert_both_honest(shop)


async def test_after_silence_that_bought_nothing_the_order_goes_on_elsewhere(
    conninfo: str, sim: Sim
) -> None:
    """Three times in half a second, which stands for ten minutes, they know of no such sale. Around
    Jakarta's midnight that proves nothing, for they speak of one day, which may be the other."""
    proves = _is_far_from_midnight()
    async with open_two_suppliers(
        conninfo,
        sim,
        KONTER_CHECK_SPACING_S="0.1",
        KONTER_ABSENCE_PROVES_S="0.4",
        KONTER_UPSTREAM_TIMEOUT_S="0.3",
    ) as shop:
        buyer = await shop.buyer(money=50_000)
        number = XL + "5001"
        await sim.script(number, {"do": "success"})
        order_id = await ordered(buyer, number)
        if not proves:
            while len(await sim.okeconnect.calls("check")) < 3:
                await asyncio.sleep(0.05)
            assert await accounts(shop, order_id) == [OKE] or _is_far_from_midnight()
            return
        await shop.until(order_id, "delivered")
        assert await accounts(shop, order_id) == [OKE, DIGI]
        assert len(await sim.okeconnect.calls("check")) >= 3
        await assert_both_honest(shop)


def _is_far_from_midnight() -> bool:
    now = SystemClock().now()
    return business_date(now - NEAR_MIDNIGHT) == business_date(now + NEAR_MIDNIGHT)


async def test_forged_callbacks_change_nothing(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    order_id = await ordered(buyer, XL + "6001")
    order, before = await shop.until(order_id, "sent"), await buyer.balance()
    head = f"T#1 R#{order.code} XL 10.000 X10.{XL}6001 "
    for said in ("SUKSES. SN: 1. Saldo 3 - 1 = 2 @01/01 00:00", "GAGAL. Nomor salah. Saldo 3 @1"):
        assert (await hint(shop, order.code, head + said)).text == "OK"
        assert (await hint(shop, order.code.lower(), head + said)).text == "OK"
        told = urlencode({"refid": order.code, "message": head + said})
        assert (await shop.client.get(f"{CALLBACK}?{told}")).status_code == 401
    await asyncio.sleep(0.7)
    order = await shop.order(order_id)
    assert (order.state, order.serial, await buyer.balance()) == ("sent", None, before)
    await shop.sim.okeconnect.settle(order.code, "Sukses")
    await shop.until(order_id, "delivered")
    await assert_both_honest(shop)


async def test_a_reversal_after_a_delivery_is_a_dispute(shop: Shop) -> None:
    buyer = await shop.buyer(money=50_000)
    order_id = await ordered(buyer, XL + "1230")
    order = await shop.until(order_id, "delivered")
    await shop.sim.okeconnect.settle(order.code, "Gagal", reason="Transaksi Refund")
    await shop.until(order_id, "disputed")
    assert await open_tasks(shop) == {"dispute"}
    await assert_both_honest(shop)
