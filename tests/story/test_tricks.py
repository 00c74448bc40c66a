"""Every trick of the local Digiflazz, driven through the whole shop: order, worker, books."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import pytest

from konter.hooks import tasks
from konter.ledger.read import account_sums
from konter.orders.read import attempts_of
from konter.suppliers import gate
from konter.suppliers.deposit import check_balance
from konter_sim.digiflazz.tricks import TRICKS
from tests.shop import ACCOUNT, Buyer, Shop, open_shop
from tests.sim_process import Sim

PRICE = 11_500
COST = 10_000

DELIVERED = "delivered"
FAILED = "failed"
SENT = "sent"
DISPUTED = "disputed"

OUR_FAULTS: Final = ("40", "41", "42", "44", "45", "61", "82", "88")
"""Refusals of us, not of the order: the supplier's gate closes and the order waits."""

TOLD_APART: Final = frozenset({"4044", "4101", "7007", *(f"80{rc}" for rc in OUR_FAULTS)})
"""These have a test of their own."""

ENDS: Final[Mapping[str, str]] = {
    "1230": DELIVERED,
    "1232": FAILED,
    "1233": DELIVERED,
    "1234": FAILED,
    "4001": FAILED,
    "4054": FAILED,
    "4055": FAILED,
    "4070": FAILED,
    "4085": SENT,
    "4099": DELIVERED,
    "5001": DELIVERED,
    "5002": DELIVERED,
    "5003": DELIVERED,
    "5004": DELIVERED,
    "5005": DELIVERED,
    "5006": DELIVERED,
    "5007": DELIVERED,
    "5008": DELIVERED,
    "5009": DELIVERED,
    "6001": SENT,
    "6002": DISPUTED,
    "6003": DELIVERED,
    "6004": DELIVERED,
    "6005": DELIVERED,
    "6006": DELIVERED,
    "7001": DELIVERED,
    "7002": DELIVERED,
    "7003": DELIVERED,
    "7004": DELIVERED,
    "7005": DELIVERED,
    "7006": DELIVERED,
    "8000": DELIVERED,
    "8003": DELIVERED,
    "8099": DELIVERED,
    # A rate limit or "not unique" in a later answer proves nothing: a person decides.
    "8049": SENT,
    "8085": SENT,
    **{
        f"80{rc}": FAILED
        for rc in (
            *("01", "02", "43", "47", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59"),
            *("60", "62", "63", "64", "65", "66", "67", "68", "69", "70", "71", "72", "73", "74"),
            *("80", "81", "83", "84", "86", "87"),
        )
    },
}


def number(suffix: str) -> str:
    return f"08780000{suffix}"


def test_every_trick_has_an_expected_end() -> None:
    assert set(ENDS) | TOLD_APART == set(TRICKS)
    assert not set(ENDS) & TOLD_APART


async def test_every_trick_ends_as_it_should_and_the_books_agree(shop: Shop) -> None:
    buyer = await shop.buyer(money=5_000_000)
    orders = await everyone_orders(buyer)
    await asyncio.gather(
        *(shop.until(orders[suffix], end) for suffix, end in ENDS.items() if end != SENT)
    )
    for suffix in (suffix for suffix, end in ENDS.items() if end == SENT):
        await asked_at_least(shop, orders[suffix], 3)
    await assert_ends(shop, orders)
    await assert_formed_at_most_once(shop)
    await assert_wallet_follows(shop, buyer)
    await only_the_undecided_purchase_stands_between_our_account_and_theirs(shop, orders["6001"])
    pending = await shop.order(orders["6001"])
    await shop.sim.settle(pending.code, "Sukses")
    await shop.until(pending.id, DELIVERED)
    await assert_formed_at_most_once(shop)
    await shop.assert_honest()


async def everyone_orders(buyer: Buyer) -> dict[str, int]:
    """One order for each trick, all at once; answers the order of each."""
    ids = await asyncio.gather(*(buyer.buys_async("xld10", number(suffix)) for suffix in ENDS))
    return dict(zip(ENDS, ids, strict=True))


async def asked_at_least(shop: Shop, order_id: int, calls: int) -> None:
    for _ in range(300):
        async with shop.house.db.read() as tx:
            asked = sum(attempt.sends for attempt in await attempts_of(tx, order_id))
        if asked >= calls:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"order {order_id} was asked about {asked} times only")


async def assert_ends(shop: Shop, orders: Mapping[str, int]) -> None:
    """Asked after everything has settled, so that later news is known to have changed nothing."""
    ends = {suffix: (await shop.order(order)).state.value for suffix, order in orders.items()}
    assert ends == dict(ENDS)


async def assert_formed_at_most_once(shop: Shop) -> None:
    """Each number was used for one order: it may appear once in their books."""
    rows = (await shop.sim.books())["transactions"]
    numbers = [row["customer_no"] for row in rows]
    assert len(numbers) == len(set(numbers))
    assert {row["formed_count"] for row in rows} == {1}
    assert await shop.sim.breaches() == []


async def assert_wallet_follows(shop: Shop, buyer: Buyer) -> None:
    """Paid for whatever is delivered, disputed after delivery, or undecided; for nothing else."""
    paid = sum(end != FAILED for end in ENDS.values())
    assert await buyer.balance() == 5_000_000 - paid * PRICE
    undecided = sum(end == SENT for end in ENDS.values())
    assert await shop.account("escrow") == undecided * PRICE


async def only_the_undecided_purchase_stands_between_our_account_and_theirs(
    shop: Shop, order_id: int
) -> None:
    """They debit at pending, we book at delivery: the difference has a name."""
    async with shop.house.db.read() as tx:
        sums = await account_sums(tx)
    books = await shop.sim.books()
    pending = [row for row in books["transactions"] if row["status"] == "Pending"]
    assert [row["ref_id"] for row in pending] == [(await shop.order(order_id)).code]
    assert -sums[f"provider:{ACCOUNT}"] == books["deposit"] + pending[0]["price"]
    assert await shop.breaches() == []


@pytest.mark.parametrize("suffix", ["4101", "7007"])
async def test_a_time_out_that_is_taken_back_is_delivered(
    conninfo: str, sim: Sim, suffix: str
) -> None:
    """By the answer to a repeat, and by a webhook; the first answer alone refunded nothing."""
    await sim.options(repost_gap_s=0.5, webhook_delay_ms=300)
    async with open_shop(conninfo, sim, KONTER_ENQUIRY_MIN_GAP_S="0.5") as shop:
        buyer = await shop.buyer(money=20_000)
        order_id = await buyer.buys_async("xld10", number(suffix))
        await asked_at_least(shop, order_id, 1)
        assert (await shop.order(order_id)).state == SENT
        assert await shop.account("escrow") == PRICE
        await shop.until(order_id, DELIVERED)
        await assert_formed_at_most_once(shop)
        await shop.assert_honest()


async def test_a_refusal_of_us_closes_the_gate_and_the_order_waits_for_it(shop: Shop) -> None:
    buyer = await shop.buyer()
    for rc in OUR_FAULTS:
        await closes_and_reopens(shop, buyer, rc)
    await assert_formed_at_most_once(shop)
    await shop.assert_honest()


async def closes_and_reopens(shop: Shop, buyer: Buyer, rc: str) -> None:
    order = await shop.until(await buyer.buys_async("xld10", number(f"80{rc}")), "held")
    await gate_closes(shop, rc)
    later = await buyer.buys_async("xld10", f"0878000019{rc}")
    calls = len(await shop.sim.calls())
    await asyncio.sleep(0.12)
    assert len(await shop.sim.calls()) == calls, "nothing is sent through a closed gate"
    assert (await shop.order(order.id)).reason is None
    assert (await shop.order(later)).state == "held"
    await shop.sim.script(number(f"80{rc}"), {"do": "success"})
    async with shop.house.db.transaction() as tx:
        await gate.open_gate(tx, ACCOUNT)
        await tasks.close_many(tx, [f"supplier:{ACCOUNT}"], at=order.created_at, by="test")
    delivered = await shop.until(order.id, DELIVERED)
    await shop.until(later, DELIVERED)
    async with shop.house.db.read() as tx:
        first, second = await attempts_of(tx, order.id)
    assert (first.state, first.code, second.state) == ("rejected", rc, "delivered")
    assert first.reference == delivered.code
    assert second.reference.startswith(f"{delivered.code}-2"), "a reference used is never reused"


async def test_a_deposit_that_suffices_again_opens_the_gate_by_itself(shop: Shop) -> None:
    buyer = await shop.buyer()
    order_id = await buyer.buys_async("xld10", number("4044"))
    await shop.until(order_id, "held")
    await gate_closes(shop, "44")
    await shop.sim.script(number("4044"), {"do": "success"})
    assert (await check_balance(shop.house.suppliers, ACCOUNT)).reopened
    await shop.until(order_id, DELIVERED)
    await shop.assert_honest()


async def test_an_order_that_waits_too_long_for_our_deposit_is_refunded(
    conninfo: str, sim: Sim
) -> None:
    async with open_shop(conninfo, sim, KONTER_HELD_DEADLINE_S="0.4") as shop:
        buyer = await shop.buyer(money=20_000)
        order = await shop.until(await buyer.buys_async("xld10", number("4044")), FAILED)
        assert order.reason == "Produk tidak dapat diproses tepat waktu"
        assert await buyer.balance() == 20_000
        assert (await shop.sim.books())["transactions"] == []
        await shop.assert_honest()


async def test_a_shop_that_refunds_its_pending_orders_turns_a_late_success_into_a_dispute(
    conninfo: str, sim: Sim
) -> None:
    async with open_shop(conninfo, sim, KONTER_PENDING_DEADLINE="refund") as shop:
        buyer = await shop.buyer(money=20_000)
        order = await shop.until(await buyer.buys_async("xld10", number("6001")), FAILED)
        assert await buyer.balance() == 20_000
        asked = len(await sim.calls())
        await sim.settle(order.code, "Sukses")
        await shop.until(order.id, DISPUTED)
        assert await buyer.balance() == 20_000
        assert len(await sim.calls()) == asked, "a refunded order is never posted again"
        await shop.assert_honest()


async def gate_closes(shop: Shop, rc: str) -> None:
    """The gate is closed for this code and a person has been told."""
    for _ in range(100):
        async with shop.house.db.read() as tx:
            found = (await gate.closed(tx, [ACCOUNT])).get(ACCOUNT)
            told = await tx.row(
                "SELECT count(*) FROM hooks.tasks WHERE kind = 'gate_closed' AND closed_at IS NULL"
            )
        if found is not None:
            assert found.code == rc
            assert told is not None
            assert told[0] == 1
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the gate stayed open")
