"""Unpaid orders end: by their time, or given up by their buyers."""

from __future__ import annotations

import asyncio

import pytest

from konter.hooks.notices import of_user
from konter.ledger.wallets import GUEST
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.expire import expire_unpaid
from konter.orders.read import NotYours, OrderNotFound
from tests.orders.counter import BUYER, Counter

NUMBER = "087800009999"
LASTS_S, GRACE_S = 3_600, 60


async def titles(counter: Counter, user_id: int) -> list[str]:
    async with counter.db.read() as tx:
        found, _, _ = await of_user(tx, user_id, page=1, per_page=9)
    return [notice.title for notice in found]


async def test_an_order_that_nobody_paid_in_time_expires_after_the_grace(
    counter: Counter,
) -> None:
    order = await counter.checks_out(NUMBER)
    guests = await counter.checks_out("087800009998", user_id=GUEST)
    await counter.later(LASTS_S + GRACE_S - 1)
    assert await expire_unpaid(counter.desk) == 0
    await counter.later(1)
    assert await expire_unpaid(counter.desk) == 2
    assert [await counter.state(o.id) for o in (order, guests)] == ["expired"] * 2
    assert await titles(counter, BUYER) == ["Waktu pembayaran habis"]
    assert await titles(counter, GUEST) == []
    assert await expire_unpaid(counter.desk) == 0
    await counter.assert_honest()


async def test_an_order_whose_money_has_come_does_not_expire(counter: Counter) -> None:
    """Whether it waits to be applied or, being too little, for a person."""
    paid = await counter.checks_out(NUMBER)
    little = await counter.checks_out("087800009998")
    await counter.pays(paid.id)
    await counter.pays(little.id, more=-1)
    await counter.later(LASTS_S + GRACE_S)
    assert await expire_unpaid(counter.desk) == 0
    await counter.apply()
    assert await counter.state(paid.id) == "held"
    assert await counter.state(little.id) == "awaiting_payment"
    await counter.assert_honest()


async def test_two_sweeps_at_once_end_each_order_once(counter: Counter) -> None:
    for n in range(9_000, 9_006):
        await counter.checks_out(f"08780000{n:04}")
    await counter.later(LASTS_S + GRACE_S)
    ended = await asyncio.gather(*(expire_unpaid(counter.desk) for _ in range(3)))
    assert sum(ended) == 6
    await counter.assert_honest()


async def test_an_unpaid_order_is_given_up_by_its_buyer_once(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    with pytest.raises(NotYours):
        await cancel(counter.desk, order.id, user_id=2, because="by its buyer")
    await cancel(counter.desk, order.id, user_id=BUYER, because="by its buyer")
    assert await counter.state(order.id) == "cancelled"
    assert await counter.money() == 1_000_000
    with pytest.raises(CannotCancel):
        await cancel(counter.desk, order.id, user_id=BUYER, because="by its buyer")
    await counter.later(LASTS_S + GRACE_S)
    assert await expire_unpaid(counter.desk) == 0
    await counter.assert_honest()


async def test_an_unpaid_order_is_given_up_by_a_guest_or_an_operator(counter: Counter) -> None:
    guests = await counter.checks_out(NUMBER, user_id=GUEST)
    users = await counter.checks_out("087800009998")
    await cancel(counter.desk, guests.id, user_id=GUEST, because="by its buyer")
    await cancel(counter.desk, users.id, user_id=None, because="rina: salah nomor")
    assert [await counter.state(o.id) for o in (guests, users)] == ["cancelled"] * 2
    with pytest.raises(OrderNotFound):
        await cancel(counter.desk, 404, user_id=None, because="rina: salah nomor")
    await counter.assert_honest()


async def test_an_order_is_not_given_up_once_its_payment_has_come(counter: Counter) -> None:
    order = await counter.checks_out(NUMBER)
    await counter.pays(order.id)
    with pytest.raises(CannotCancel):
        await cancel(counter.desk, order.id, user_id=BUYER, because="by its buyer")
    await counter.apply()
    assert await counter.state(order.id) == "held"
