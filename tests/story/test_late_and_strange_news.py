"""News out of order, news without a reference, and an order that the upstream never decides."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from konter.db.batch import Batcher
from konter.hooks import inbox
from konter.orders.claim import claim
from konter.orders.end import NotSentNow, Verdict, end
from konter.orders.fulfil import fulfil
from konter.orders.hear import hear
from konter.orders.settle import settle_many
from konter.orders.tidings import Settled, Tidings
from tests.shop import ACCOUNT, GAP_S, Buyer, Shop, open_shop
from tests.sim_process import Sim
from tests.web.test_callback import knock, news_of, settled

NUMBER = "087800000007"


async def test_a_refusal_heard_before_the_success_is_no_dispute_when_it_is_read_after_it(
    conninfo: str, sim: Sim
) -> None:
    """rc 01, its webhook kept at the door, the re-post says Sukses, then the webhook is read."""
    await sim.script(NUMBER, {"do": "fail", "rc": "01"}, {"do": "success"})
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        await sim.options(webhook_url="")
        desk = shop.house.orders
        settler: Batcher[Tidings, Settled] = Batcher(partial(settle_many, desk))
        buyer = await shop.buyer(money=20_000)
        order_id = await buyer.buys_async("xld10", NUMBER)
        (first,) = await claim(desk, 10)
        await fulfil(desk, settler, first)
        order = await shop.order(order_id)
        assert order.state == "sent"
        answer = await knock(shop, news_of(order, "Gagal", "01"), event="create")
        assert answer.status_code == 200
        await asyncio.sleep(GAP_S + 0.02)
        (again,) = await claim(desk, 10)
        await fulfil(desk, settler, again)
        assert (await shop.order(order_id)).state == "delivered"
        (message,) = await inbox.claim(shop.house.inbox, 10, sources=[ACCOUNT])
        await hear(desk, settler, message)
        assert (await shop.order(order_id)).state == "delivered"
        await shop.assert_honest()


async def test_a_signed_webhook_with_nul_in_its_reference_is_no_error_of_ours(shop: Shop) -> None:
    body = b'{"data":{"ref_id":"a\\u0000b","rc":"00","status":"Sukses"}}'
    assert (await knock(shop, body)).status_code == 200


async def test_a_webhook_without_a_reference_is_kept_and_not_taken_for_a_ping(shop: Shop) -> None:
    await knock(shop, b'{"data":{"rc":"02","status":"Gagal","message":"tanpa ref"}}')
    (kept,) = await settled(shop)
    assert (kept.state, bool(kept.body)) == ("not_ours", True)


async def test_a_sellers_message_tells_the_buyer_nothing_of_our_deposit(shop: Shop) -> None:
    buyer = await shop.buyer(money=20_000)
    said = "Gagal. Saldo 9.990.000 - 10.000 = 9.980.000"
    await shop.sim.script(NUMBER, {"do": "fail", "rc": "02", "message": said})
    answer = await buyer.buys("xld10", NUMBER)
    assert answer.json()["details"] == "Gagal"
    assert "9.9" not in answer.text
    assert "9.9" not in (await buyer.get("/api/notifications")).text


def _patient_shop(conninfo: str, sim: Sim) -> AbstractAsyncContextManager[Shop]:
    """No question is under way while the operator decides."""
    return open_shop(conninfo, sim, KONTER_ENQUIRY_FIRST_S="60", KONTER_ENQUIRY_SPACING_S="60")


async def _undecided(shop: Shop, buyer: Buyer) -> int:
    """An order that the upstream took and says nothing more about."""
    answer = await buyer.buys("xld10", "087800006001")
    assert answer.json()["transaction"]["status"] == "process"
    return int(answer.json()["transaction"]["id"])


@pytest.mark.parametrize(
    ("verdict", "state", "money"),
    [(Verdict.DELIVERED, "delivered", 8_500), (Verdict.FAILED, "failed", 20_000)],
)
async def test_an_operator_ends_an_order_that_the_upstream_never_decides(
    conninfo: str, sim: Sim, verdict: Verdict, state: str, money: int
) -> None:
    async with _patient_shop(conninfo, sim) as shop:
        buyer = await shop.buyer(money=20_000)
        order_id = await _undecided(shop, buyer)
        facts = {"actor": "cli:budi", "reason": "seen in their panel"}
        assert await end(shop.house.orders, order_id, verdict, **facts) == state
        assert await buyer.balance() == money
        with pytest.raises(NotSentNow):
            await end(shop.house.orders, order_id, verdict, **facts)
        assert await shop.breaches() == []


async def test_a_success_after_an_operator_failed_the_order_is_a_dispute(
    conninfo: str, sim: Sim
) -> None:
    async with _patient_shop(conninfo, sim) as shop:
        buyer = await shop.buyer(money=20_000)
        order_id = await _undecided(shop, buyer)
        await end(shop.house.orders, order_id, Verdict.FAILED, actor="cli:budi", reason="gave up")
        await shop.sim.settle((await shop.order(order_id)).code, "Sukses")
        await shop.until(order_id, "disputed")
        assert await buyer.balance() == 20_000
        await shop.assert_honest()
