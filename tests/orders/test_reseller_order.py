"""What a member's machine may buy is judged once for each reference, whatever comes at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from konter.funding.adjust import adjust
from konter.kernel.clock import WIB
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import Rupiah
from konter.orders.by_reference import by_reference
from konter.orders.cancel import cancel
from konter.orders.member_terms import OrderLimitReached, PriceAbove, RepeatedToday
from konter.orders.read import OrderNotFound
from konter.orders.requests import Placed, RefReused, RefusedBefore
from konter.orders.reseller_order import MemberOrder, ProductUnknown, order_many
from konter.people.desk import MemberRules
from konter.people.members import Limits, Member, nobody
from konter.people.permits import Person, Role
from konter.people.vault import Vault
from tests.orders.counter import BUYER, PRICE, Counter

NUMBER = "087800009999"
OTHERS = [f"08780000{n:04d}" for n in range(7001, 7030)]
ZONED = "ml5"


def member(**limits: Any) -> Member:
    """The counter's buyer as a member."""
    anybody = nobody(Vault(lambda: "x" * 40), MemberRules())
    unlimited = Limits(600, None, None, None)
    return replace(
        anybody,
        person=Person(BUYER, "toko@contoh.id", "Toko", Role.RESELLER),
        limits=replace(unlimited, **limits),
    )


def order(ref_id: str, number: str = NUMBER, product: str = "xld10", **facts: Any) -> MemberOrder:
    who = facts.pop("member", None) or member()
    return MemberOrder(who, product, number, ref_id, **facts)


def outcome(result: Placed | Exception) -> str:
    """In a word."""
    if isinstance(result, Placed):
        return "again" if result.replayed else "placed"
    return result.code if isinstance(result, Refused) else type(result).__name__


async def outcomes(counter: Counter, *orders: MemberOrder) -> list[str]:
    return [outcome(result) for result in await order_many(counter.desk, orders)]


async def count(counter: Counter) -> int:
    async with counter.db.read() as tx:
        row = await tx.row("SELECT count(*) FROM orders.orders")
    assert row is not None
    return int(row[0])


async def test_a_list_is_answered_item_by_item_in_its_order(counter: Counter) -> None:
    await outcomes(counter, order("old", OTHERS[0]))
    said = await outcomes(
        counter,
        order("a"),
        order("old", OTHERS[0]),
        order("b", product="tidak-ada"),
        order("c", "08123"),
        order("a"),
        order("a", OTHERS[1]),
        order("d", max_price=PRICE - 1),
        order("d", max_price=PRICE - 1),
        order("e" * 65),
        order("f"),
    )
    assert said == [
        *("placed", "again", ProductUnknown.code, Invalid.code, "again", RefReused.code),
        *(PriceAbove.code, PriceAbove.code, Invalid.code, RepeatedToday.code),
    ]
    assert await count(counter) == 2
    assert await counter.money() == 1_000_000 - 2 * PRICE


async def test_a_refusal_on_its_terms_stands_for_good(counter: Counter) -> None:
    limited = member(orders_per_day=1)
    said = await outcomes(
        counter, order("a", member=limited), order("b", OTHERS[0], member=limited)
    )
    assert said == ["placed", OrderLimitReached.code]
    await counter.later(24 * 3600)
    (late,) = await order_many(counter.desk, [order("b", OTHERS[0], member=limited)])
    assert isinstance(late, RefusedBefore)
    assert late.facts["refused_as"] == OrderLimitReached.code
    assert await outcomes(counter, order("c", OTHERS[0], member=limited)) == ["placed"]


async def test_two_processes_at_once_pass_no_more_than_the_day_allows(counter: Counter) -> None:
    """Each judges and places in its own transactions; the members' turns are the database's."""
    limited = member(orders_per_day=5, amount_per_day=Rupiah(4 * PRICE))
    lists = [[order(f"{p}-{n}", n, member=limited) for n in OTHERS[p::2]] for p in range(2)]
    both = await asyncio.gather(*(outcomes(counter, *orders) for orders in lists))
    assert sorted([*both[0], *both[1]]).count("placed") == 4
    assert await count(counter) == 4
    assert await counter.money() == 1_000_000 - 4 * PRICE


async def test_the_same_thing_from_two_processes_is_bought_once(counter: Counter) -> None:
    both = await asyncio.gather(
        *(outcomes(counter, *(order(f"{p}{n}") for n in range(5))) for p in "ab")
    )
    said = [*both[0], *both[1]]
    assert said.count("placed") == 1
    assert said.count(RepeatedToday.code) == 9


async def test_who_is_refused_for_the_balance_takes_nobodys_place_in_the_day(
    counter: Counter,
) -> None:
    """The dear one passes its terms and cannot be paid: the day is still empty behind it."""
    limited = member(orders_per_day=1)
    spent = Rupiah(PRICE - 1_000_000)
    await adjust(
        counter.desk.funding, user_id=BUYER, amount=spent, reason="belanja lain", actor="rina"
    )
    said = await outcomes(
        counter,
        order("a", OTHERS[0], "xld50", member=limited),
        order("b", OTHERS[1], member=limited),
        order("c", OTHERS[2], member=limited),
    )
    assert said == ["not_enough_balance", "placed", OrderLimitReached.code]


async def test_a_day_is_that_of_the_shopkeeper(counter: Counter) -> None:
    limited = member(orders_per_day=1)
    assert await outcomes(counter, order("a", member=limited)) == ["placed"]
    today = counter.clock.now().astimezone(WIB)
    midnight = datetime(today.year, today.month, today.day, tzinfo=WIB).timestamp() + 24 * 3600
    await counter.later(midnight - counter.clock.now().timestamp() - 1)
    assert await outcomes(counter, order("b", member=limited)) == [RepeatedToday.code]
    assert await outcomes(counter, order("c", OTHERS[0], member=limited)) == [
        OrderLimitReached.code
    ]
    await counter.later(2)
    assert await outcomes(counter, order("d", member=limited)) == ["placed"]


async def test_what_was_given_back_is_neither_spent_nor_bought(counter: Counter) -> None:
    limited = member(amount_per_day=Rupiah(PRICE))
    (placed,) = await order_many(counter.desk, [order("a", member=limited)])
    assert isinstance(placed, Placed)
    assert await outcomes(counter, order("b", OTHERS[0], member=limited)) == [
        "amount_limit_reached"
    ]
    await cancel(counter.desk, placed.order.id, user_id=None, because="pelanggan batal")
    assert await outcomes(counter, order("c", member=limited)) == ["placed"]


@pytest.mark.parametrize("number", ["12345678(1234)", "12345678.1234", "12345678/1234"])
async def test_two_parts_of_a_destination_come_in_one_text(counter: Counter, number: str) -> None:
    (placed,) = await order_many(counter.desk, [order("a", number, ZONED)])
    assert isinstance(placed, Placed), placed
    assert (placed.order.target_id, placed.order.server_id) == ("12345678", "1234")


async def test_a_reference_that_nobody_used_makes_no_order(counter: Counter) -> None:
    await outcomes(counter, order("a"), order("b", max_price=1, number=OTHERS[0]))
    async with counter.db.read() as tx:
        found = await by_reference(tx, BUYER, "a")
        assert found.ref_id == "a"
        with pytest.raises(RefusedBefore) as refused:
            await by_reference(tx, BUYER, "b")
        assert refused.value.facts["refused_as"] == PriceAbove.code
        for user_id, ref_id in ((BUYER, "c"), (BUYER + 1, "a")):
            with pytest.raises(OrderNotFound):
                await by_reference(tx, user_id, ref_id)
    assert await count(counter) == 1
