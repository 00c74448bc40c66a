"""Attempts and callbacks as work lists: leased once, lost never."""

from __future__ import annotations

import asyncio

from konter.hooks import inbox
from konter.orders.claim import TAKE_TURNS
from konter.orders.hear import hear
from tests.orders.counter import ACCOUNT, PRICE, Counter

NUMBER = "087800009999"
PENDING = {"do": "pending", "then": "never"}


async def test_workers_that_claim_at_one_moment_share_without_a_double(counter: Counter) -> None:
    orders = [await counter.buys(f"08780000{n:04}") for n in range(9_000, 9_040)]
    claims = await asyncio.gather(*(counter.claim(10) for _ in range(8)))
    claimed = [one.attempt.id for some in claims for one in some]
    while more := await counter.claim(10):
        claimed += [one.attempt.id for one in more]
    assert len(claimed) == len(set(claimed)) == len(orders)
    assert await counter.breaches() == []


async def test_workers_that_meet_at_one_number_take_turns(counter: Counter) -> None:
    for _ in range(6):
        await counter.buys(NUMBER)
    claims = await asyncio.gather(*(counter.claim(1) for _ in range(6)))
    assert sum(len(some) for some in claims) == 1


async def test_a_number_that_another_worker_claims_just_now_is_left_to_it(
    counter: Counter,
) -> None:
    """Its claim is not committed yet, so no row tells of it: only the turn does."""
    await counter.buys(NUMBER)
    thing = f"{ACCOUNT}|xld10|{NUMBER}"
    async with counter.db.transaction() as other:
        await other.rows(TAKE_TURNS, {"id": [1], "thing": [thing]})
        assert await counter.claim() == []
    await counter.later(60)
    assert len(await counter.claim()) == 1


async def test_a_claim_ends_by_its_answer_and_else_by_its_lease(counter: Counter) -> None:
    order = await counter.buys(NUMBER)
    (claimed,) = await counter.claim()
    attempt = await counter.attempt(order.id)
    assert attempt.lease_until == attempt.next_action_at
    assert attempt.lease_until is not None
    lease_s = (attempt.lease_until - counter.clock.now()).total_seconds()
    assert lease_s >= 2 * 60, "at least twice the longest call"
    await counter.finish(claimed)
    attempt = await counter.attempt(order.id)
    assert (attempt.lease_until, attempt.next_action_at) == (None, None)


async def test_a_callback_is_kept_once_and_handled_once(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await asyncio.gather(*(counter.knock(order.code) for _ in range(6)))
    looks = (inbox.claim(counter.inbox, 50, sources=[ACCOUNT]) for _ in range(4))
    messages = await asyncio.gather(*looks)
    (message,) = [message for some in messages for message in some]
    await hear(counter.desk, counter.settler, message)
    assert await counter.state(order.id) == "delivered"
    assert await counter.read_inbox() == 0
    await counter.assert_honest()


async def test_a_repeated_callback_is_looked_at_again(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.knock(order.code)
    assert await counter.read_inbox() == 1
    await counter.knock(order.code)
    assert await counter.read_inbox() == 1


async def test_a_callback_whose_worker_died_is_handled_at_its_leases_end(
    counter: Counter,
) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.knock(order.code)
    (lost,) = await inbox.claim(counter.inbox, 50, sources=[ACCOUNT])
    assert await counter.read_inbox() == 0
    await counter.later(30)
    (again,) = await inbox.claim(counter.inbox, 50, sources=[ACCOUNT])
    assert again.fence > lost.fence
    await hear(counter.desk, counter.settler, lost)
    assert await counter.state(order.id) == "delivered", "news is never guarded by a fence"
    await counter.later(30)
    assert await counter.read_inbox() == 1, "but only the newest fence acknowledges"
    assert await counter.money() == 1_000_000 - PRICE
    await counter.assert_honest()


async def test_a_callback_about_nothing_of_ours_is_set_aside_and_can_come_again(
    counter: Counter,
) -> None:
    await counter.callback("TRX-20261116-STRANGER", status="Sukses", rc="00")
    assert await counter.read_inbox() == 0
    await counter.assert_honest()


async def test_a_callback_about_another_number_moves_nothing(counter: Counter) -> None:
    await counter.sim.script(NUMBER, PENDING)
    order = await counter.buys(NUMBER)
    await counter.work()
    await counter.callback(order.code, status="Sukses", rc="00", customer_no="087800000000")
    assert await counter.state(order.id) == "sent"
    await counter.assert_honest()
