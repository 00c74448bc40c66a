"""A bill that OkeConnect looks up before it tells: one inquiry, asked about until it is told.

So it answers by default. And its duplicate guard, which minds neither bills nor amounts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from konter.kernel.errors import CommitUnknown
from konter.orders.begin_check import begin_check
from konter.orders.bill_store import BillState
from konter.orders.bill_words import Rc, said_of_check, said_of_refusal
from konter.orders.bills import BillView
from konter.orders.check_bill import BeingChecked
from konter.orders.judge_payment import BillSoldToday
from konter.orders.note_check import Told, look_on
from konter.upstreams.biller_contract import BillProblem, CheckUnderway
from tests.funding.paper import WeakLine
from tests.orders.bill_counter import DAY_S, RULES
from tests.orders.oke_bills import (
    BILL,
    COST,
    HOUSE,
    LIGHT,
    MONEY,
    PRICE,
    QUICK,
    TOLD,
    OkeBills,
    open_oke_bills,
)
from tests.sim_process import Sim
from tests.warm import by_owner

ASKED, LOOKED = ("purchase", "CPLA"), ("check", "CPLA")
LOOKS = 7
LATER = {"do": "accept", "after_ms": 30}
NEVER = {"do": "accept", "then": "never"}
BELONGS = f"UPDATE catalogue.bill_products SET biller = '{{}}' WHERE code = '{LIGHT}'"
KEPT = "SELECT reference, url FROM suppliers.exchanges WHERE purpose = 'check' ORDER BY id"


@pytest.fixture
async def bills(stocked_with_their_bills: str, sim: Sim) -> AsyncIterator[OkeBills]:
    async with open_oke_bills(stocked_with_their_bills, sim) as bills:
        yield bills


async def outcomes(bills: OkeBills) -> list[str | None]:
    return [row[3] for row in await bills.tries_made()]


async def test_what_is_looked_up_is_found_under_its_reference_and_paid(bills: OkeBills) -> None:
    await bills.oke.script(HOUSE, sale=[LATER, TOLD])
    found = await bills.finds(product=LIGHT)
    assert (found.amount, found.total) == (BILL, PRICE)
    assert await outcomes(bills) == ["found"]
    door = await bills.door()
    assert door[0] == ASKED and set(door[1:]) == {LOOKED}
    paid = await bills.pays_bill(found)
    await bills.work()
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.account("cost") == -COST
    await bills.assert_honest()


async def test_every_answer_on_the_way_is_kept(bills: OkeBills) -> None:
    await bills.oke.script(HOUSE, sale=[LATER])
    await bills.finds(product=LIGHT)
    async with bills.db.read() as tx:
        kept = await tx.rows(KEPT)
    assert len(kept) == len(await bills.door()) > 1
    assert {reference for reference, _ in kept} == {(await bills.tries_made())[0][0]}
    assert ["check=1" in url for _, url in kept] == [False, *[True] * (len(kept) - 1)]


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("Tagihan belum tersedia", BillProblem.NOT_FOUND),
        ("Tagihan sudah terbayar", BillProblem.ALREADY_PAID),
        ("Nomor tujuan salah", BillProblem.NUMBER),
        ("Produk sedang gangguan", BillProblem.OFFER),
    ],
)
async def test_what_is_looked_up_may_be_no_bill(
    bills: OkeBills, reason: str, problem: BillProblem
) -> None:
    await bills.oke.script(HOUSE, sale=[{**LATER, "then": "fail", "reason": reason}])
    told = await bills.checks(product=LIGHT)
    assert (told.state, told.problem) == (BillState.REFUSED, problem)
    assert await outcomes(bills) == ["refused"]
    await bills.assert_honest()


async def test_what_is_looked_up_for_ever_is_unclear_and_one_inquiry(bills: OkeBills) -> None:
    await bills.oke.script(HOUSE, sale=[NEVER, LATER])
    unclear = await bills.checks(product=LIGHT)
    said = said_of_check(unclear)
    assert unclear.state is BillState.UNCLEAR and said is not None and said.rc is Rc.TIMEOUT
    assert await bills.door() == [ASKED, *[LOOKED] * LOOKS]
    assert (await bills.checks(product=LIGHT)).is_found
    assert await outcomes(bills) == ["unclear", "found"]
    await bills.assert_honest()


@pytest.mark.parametrize(
    "lost",
    [
        {"do": "silence"},
        {"do": "http"},
        {"do": "reset"},
        {"do": "nothing"},
        {"do": "text", "body": "Sistem sibuk"},
        {"do": "twist", "ref_id": "bukan-ref-anda"},
        {"do": "twist", "dest": "530012347778"},
        {"do": "duplicate"},
    ],
    ids=lambda lost: "-".join(lost.values()),
)
async def test_an_answer_that_says_nothing_costs_a_fresh_reference(
    bills: OkeBills, lost: dict[str, Any]
) -> None:
    await bills.oke.script(HOUSE, sale=[LATER], checks=[lost, {"do": "truth"}])
    assert (await bills.checks(product=LIGHT)).is_found
    assert await outcomes(bills) == ["unclear", "found"]
    assert (await bills.door()).count(ASKED) == 2
    await bills.assert_honest()


@pytest.mark.parametrize("wording", ["full", "short", "bare"])
async def test_their_tersest_words_leave_room_for_more_so_they_are_no_bill(
    bills: OkeBills, wording: str
) -> None:
    await bills.oke.options(wording=wording)
    told = await bills.checks(product=LIGHT)
    assert told.is_found is (wording != "bare")
    await bills.assert_honest()


async def test_an_older_inquiry_in_the_way_is_no_answer_to_this_one(bills: OkeBills) -> None:
    """As if their guard minded inquiries: one that was told, and one that is not yet."""
    await bills.oke.options(guard_inquiries=True)
    await bills.finds(product=LIGHT)
    assert (await bills.checks("b2", product=LIGHT)).state is BillState.UNCLEAR
    other = "530012348888"
    await bills.oke.script(other, sale=[NEVER])
    for ref_id in ("b3", "b4"):
        assert (await bills.checks(ref_id, other, product=LIGHT)).state is BillState.UNCLEAR
    assert await outcomes(bills) == ["found", *["unclear"] * (1 + 2 * RULES.tries)]
    await bills.assert_honest(except_breaches=("second_sale_same_day",))


async def test_a_process_that_dies_over_a_look_up_costs_a_delay(bills: OkeBills) -> None:
    bills.with_rules(bills=replace(QUICK, look_up_for=30, wait_for_another=0.1))
    await bills.oke.script(HOUSE, sale=[NEVER, TOLD])
    dying = asyncio.create_task(bills.checks(product=LIGHT))
    while ASKED not in await bills.door():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    for wait_s in (0, 10):
        await bills.later(wait_s)
        with pytest.raises(BeingChecked):
            await bills.checks(product=LIGHT)
    await bills.later(20)
    assert (await bills.checks(product=LIGHT)).is_found
    assert await outcomes(bills) == [None, "found"]
    await bills.assert_honest()


async def test_a_look_up_that_was_overtaken_ends_and_stores_nothing(bills: OkeBills) -> None:
    late = await begin_check(bills.desk, bills.ask(product=LIGHT))
    assert late is not None and not isinstance(late, BillView)
    await bills.later(60)
    found = await bills.finds(product=LIGHT)
    again = bills.desk.billers[late.bill.account].bill_list()
    heard = await bills.desk.wire.ask(again, account="", purpose="check")
    told = Told(CheckUnderway("still", again), heard.exchange)
    assert not await look_on(bills.desk, late, told, wait_s=1)
    assert await bills.bill() == found


@pytest.mark.parametrize("how", [0, 1, 2])
@pytest.mark.parametrize("commit", [2, 3])
async def test_a_look_up_whose_line_breaks_is_found_again(
    stocked_with_their_bills: str, sim: Sim, commit: int, how: int
) -> None:
    line = WeakLine()
    async with open_oke_bills(stocked_with_their_bills, sim, observer=line) as bills:
        await bills.oke.script(HOUSE, sale=[LATER])
        line.arm(commit, how)
        with suppress(CommitUnknown, psycopg.OperationalError):
            await bills.checks(product=LIGHT)
        assert line.breaks == 1
        await bills.later(60)
        assert (await bills.checks(product=LIGHT)).is_found
        await bills.assert_honest()


# Once a day.


async def other_amount(bills: OkeBills, *steps: dict[str, Any]) -> list[BillView]:
    """Two bills of one number, by two references; then their payments play ``steps``."""
    await bills.oke.script(HOUSE, sale=[TOLD, TOLD, *steps])
    first = await bills.finds("b1", product=LIGHT)
    await bills.oke.bill("PLA", HOUSE, amount=BILL - 10_000)
    return [first, await bills.finds("b2", product=LIGHT)]


async def test_a_second_bill_by_one_product_for_one_number_waits_for_tomorrow(
    bills: OkeBills,
) -> None:
    one, other = await other_amount(bills, NEVER, TOLD)
    assert await bills.says(one) == "taken"
    for _ in range(2):
        assert await bills.says(other) == "bill_sold_today"
        await bills.work()
    assert await bills.money() == MONEY - PRICE
    await bills.later(DAY_S)
    tomorrow = await bills.finds("b2", product=LIGHT)
    assert await bills.says(tomorrow) == "taken"
    await bills.work()
    assert await bills.money() == MONEY - 2 * PRICE + 10_000
    await bills.assert_honest()


async def test_the_same_bill_again_is_told_as_paid_and_not_as_a_second_one(
    bills: OkeBills,
) -> None:
    await bills.oke.script(HOUSE, sale=[TOLD])
    one, same = [await bills.finds(ref_id, product=LIGHT) for ref_id in ("b1", "b2")]
    assert [await bills.says(one), await bills.says(one)] == ["taken", "again"]
    assert await bills.says(same) == "bill_being_paid"
    await bills.work()
    assert await bills.says(same) == "bill_paid"


async def test_a_refused_payment_is_none(bills: OkeBills) -> None:
    one, other = await other_amount(bills, {"do": "fail"}, TOLD)
    assert await bills.says(one) == "taken"
    await bills.work()
    assert await bills.says(other) == "taken"
    await bills.work()
    assert await bills.money() == MONEY - PRICE + 10_000
    await bills.assert_honest()


async def test_two_bills_at_once_by_two_members_are_one_payment(bills: OkeBills) -> None:
    """Though somebody said between their checks that this product belongs to another biller."""
    rival = await bills.with_rival()
    await bills.oke.script(HOUSE, sale=[TOLD])
    await by_owner(bills.db.conninfo, BELONGS.format("pln:lama"))
    one = await bills.finds("b1", product=LIGHT)
    await by_owner(bills.db.conninfo, BELONGS.format("pln"))
    other = await bills.finds("b2", product=LIGHT, who=rival)
    said = await asyncio.gather(bills.says(one), bills.says(other, who=rival))
    assert sorted(said) == ["bill_sold_today", "taken"]
    await asyncio.gather(bills.work(), bills.work())
    assert (await bills.door()).count(("purchase", LIGHT)) == 1
    await bills.assert_honest()


def test_whoever_has_paid_another_bill_today_is_not_told_that_this_one_is_paid() -> None:
    said = said_of_refusal(BillSoldToday())
    assert said.rc is Rc.INVALID and "besok" in said.message
