"""Placing: one order for one reference, judged under lock, remembered, whatever breaks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psycopg
import pytest

from konter.kernel.errors import CommitUnknown
from konter.ledger.wallets import block_wallet
from konter.orders.judge import ProductClosed, SoldToday
from konter.orders.place import AccountBlocked, NotEnoughBalance
from konter.orders.requests import Placed, RefReused, RefusedBefore
from tests.orders.counter import BUYER, PRICE, Counter, open_counter
from tests.sim_process import Sim
from tests.warm import by_owner

NUMBER = "087800009999"
ORDERS = "SELECT count(*) FROM orders.orders"


async def orders(counter: Counter) -> int:
    async with counter.db.read() as tx:
        row = await tx.row(ORDERS)
    assert row is not None
    return int(row[0])


async def test_an_order_is_born_with_its_hold_and_its_due_attempt(counter: Counter) -> None:
    order = await counter.buys(NUMBER)
    assert await counter.state(order.id) == "held"
    assert await counter.money() == 1_000_000 - PRICE
    assert await counter.account("escrow") == PRICE
    attempt = await counter.attempt(order.id)
    assert (attempt.state, attempt.reference) == ("due", order.code)
    assert attempt.max_price == PRICE - 100, "the least margin is never given away"
    await counter.assert_honest()


async def test_the_same_reference_brings_the_same_order_and_its_truth_of_today(
    counter: Counter,
) -> None:
    ask = await counter.ask_for(NUMBER, ref_id="mine")
    (first,) = await counter.place(ask)
    await counter.work()
    (again,) = await counter.place(ask)
    assert isinstance(first, Placed) and isinstance(again, Placed)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.order.id == first.order.id and again.order.state == "delivered"
    assert await counter.money() == 1_000_000 - PRICE


async def test_the_same_reference_with_other_facts_is_refused(counter: Counter) -> None:
    ask = await counter.ask_for(NUMBER, ref_id="mine")
    await counter.place(ask)
    for other in (
        replace(ask, target_id="087800009998"),
        replace(ask, product_id=await counter.product("xld5")),
    ):
        (refused,) = await counter.place(other)
        assert isinstance(refused, RefReused)
    assert await orders(counter) == 1


async def test_one_list_may_hold_repeats_and_reused_references(counter: Counter) -> None:
    ask = await counter.ask_for(NUMBER, ref_id="mine")
    other = replace(ask, target_id="087800009998")
    first, twin, reused, keyed = await counter.place(
        ask, ask, other, replace(other, ref_id="another")
    )
    assert isinstance(first, Placed) and isinstance(twin, Placed)
    assert twin.order.id == first.order.id and twin.replayed
    assert isinstance(reused, RefReused)
    assert isinstance(keyed, Placed)
    assert await orders(counter) == 2
    await counter.assert_honest()


async def test_a_refusal_under_lock_is_remembered_and_says_to_use_a_new_reference(
    counter: Counter,
) -> None:
    await counter.spend_all()
    ask = await counter.ask_for(NUMBER, ref_id="mine")
    (refused,) = await counter.place(ask)
    assert isinstance(refused, NotEnoughBalance)
    assert refused.facts == {
        "required": "11500.00",
        "current_balance": "0.00",
        "shortage": "11500.00",
    }
    await counter.gives(1_000_000)
    (again,) = await counter.place(ask)
    assert isinstance(again, RefusedBefore)
    assert "ref_id baru" in str(again.facts["hint"])
    assert again.facts["required"] == "11500.00"
    (fresh,) = await counter.place(replace(ask, ref_id="new"))
    assert isinstance(fresh, Placed)
    assert await orders(counter) == 1


async def test_a_blocked_wallet_refuses_and_the_refusal_is_not_remembered(
    counter: Counter,
) -> None:
    ask = await counter.ask_for(NUMBER, ref_id="mine")
    async with counter.db.transaction() as tx:
        await block_wallet(tx, user_id=BUYER, blocked=True)
    (refused,) = await counter.place(ask)
    assert isinstance(refused, AccountBlocked)
    async with counter.db.transaction() as tx:
        await block_wallet(tx, user_id=BUYER, blocked=False)
    (placed,) = await counter.place(ask)
    assert isinstance(placed, Placed) and not placed.replayed


async def test_a_list_is_judged_in_the_order_of_arrival(counter: Counter) -> None:
    await counter.spend_all()
    await counter.gives(2 * PRICE + 5)
    results = await counter.place(
        *[await counter.ask_for(f"08780000{n:04}") for n in range(9_000, 9_004)]
    )
    assert [isinstance(result, Placed) for result in results] == [True, True, False, False]
    refused = results[2]
    assert isinstance(refused, NotEnoughBalance)
    assert refused.facts["current_balance"] == "5.00"
    assert await counter.money() == 5
    await counter.assert_honest()


async def test_one_bad_item_costs_the_others_nothing(counter: Counter) -> None:
    good = [await counter.ask_for(f"08780000900{n}") for n in range(3)]
    bad = replace(good[1], ref_id="a\x00b")
    results = await counter.place(good[0], bad, good[2])
    assert [isinstance(result, Placed) for result in results] == [True, False, True]
    assert await orders(counter) == 2
    await counter.assert_honest()


async def test_one_reference_at_one_moment_from_two_lists_is_one_order(counter: Counter) -> None:
    ask = await counter.ask_for(NUMBER, ref_id="mine")
    results = [r for (r,) in await asyncio.gather(*(counter.place(ask) for _ in range(12)))]
    placed = [result for result in results if isinstance(result, Placed)]
    assert len(placed) == 12 and len({p.order.id for p in placed}) == 1
    assert sum(not p.replayed for p in placed) == 1
    assert await orders(counter) == 1
    await counter.assert_honest()


async def test_what_sells_once_a_day_is_refused_before_the_hold(
    counter: Counter, stocked: str
) -> None:
    await by_owner(stocked, "UPDATE catalogue.offers SET multi = false WHERE sku = 'xld10'")
    first, twice = await counter.place(await counter.ask_for(NUMBER), await counter.ask_for(NUMBER))
    (again,) = await counter.place(await counter.ask_for(NUMBER))
    (other,) = await counter.place(await counter.ask_for("087800009998"))
    assert isinstance(first, Placed) and isinstance(other, Placed)
    assert isinstance(twice, SoldToday) and isinstance(again, SoldToday)
    assert await counter.money() == 1_000_000 - 2 * PRICE
    await counter.later(86_400)
    (tomorrow,) = await counter.place(await counter.ask_for(NUMBER))
    assert isinstance(tomorrow, Placed)
    await counter.assert_honest()


async def test_nothing_is_sold_at_less_than_its_cost_and_margin(
    counter: Counter, stocked: str
) -> None:
    try:
        await by_owner(stocked, "UPDATE catalogue.offers SET cost = 11401 WHERE sku = 'xld10'")
        (refused,) = await counter.place(await counter.ask_for(NUMBER))
        assert isinstance(refused, ProductClosed)
    finally:
        await by_owner(stocked, "UPDATE catalogue.offers SET cost = 10000 WHERE sku = 'xld10'")
    assert await counter.money() == 1_000_000


async def test_an_upstream_that_grew_dearer_since_is_not_bought_from_at_a_loss(
    counter: Counter,
) -> None:
    """``max_price`` goes with every purchase, so they refuse (rc 69) and nothing is lost."""
    order = await counter.buys(NUMBER)
    await counter.sim.catalogue(sku="xld10", price=11_401)
    try:
        await counter.work()
    finally:
        await counter.sim.catalogue(sku="xld10", price=10_000)
    assert await counter.state(order.id) == "failed"
    assert await counter.money() == 1_000_000
    await counter.assert_honest()


class AtCommit:
    """Breaks the next COMMIT that it is armed for."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self.armed = ""

    def __call__(self, when: str) -> None:
        if when != self.armed:
            return
        self.armed = ""
        if when == "after":
            raise CommitUnknown("it stands, but the line broke")
        with psycopg.connect(self._conninfo, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state = 'idle in transaction'"
            )


@pytest.mark.parametrize(("broken", "stands"), [("before", 0), ("after", 1)])
async def test_a_commit_that_fails_ends_with_the_truth_read_again(
    stocked: str, sim: Sim, broken: str, stands: int
) -> None:
    commit = AtCommit(stocked)
    async with open_counter(stocked, sim, observer=commit) as counter:
        ask = await counter.ask_for(NUMBER, ref_id="mine")
        commit.armed = broken
        (result,) = await counter.place(ask)
        assert await orders(counter) == stands
        assert isinstance(result, Placed if stands else CommitUnknown)
        (again,) = await counter.place(ask)
        assert isinstance(again, Placed) and again.replayed == bool(stands)
        assert await orders(counter) == 1
        assert await counter.money() == 1_000_000 - PRICE
        await counter.assert_honest()


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_settling_whose_commit_fails_is_done_again_and_counts_once(
    stocked: str, sim: Sim, broken: str
) -> None:
    commit = AtCommit(stocked)
    async with open_counter(stocked, sim, observer=commit) as counter:
        order = await counter.buys(NUMBER)
        (claimed,) = await counter.claim()
        call = await counter.start(claimed)
        commit.armed = broken
        await call.end()
        assert await counter.state(order.id) == "delivered"
        assert await counter.account("sales") == PRICE
        await counter.assert_honest()
