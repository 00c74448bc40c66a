"""A check is asked once, stored, limited and written down; it moves no money."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest

from konter.kernel.clock import WIB
from konter.kernel.errors import CommitUnknown, Invalid
from konter.orders.begin_check import begin_check
from konter.orders.bill_limits import TooManyChecks
from konter.orders.bill_shelf import ChecksStopped
from konter.orders.bill_store import BillState
from konter.orders.bills import BillView
from konter.orders.check_bill import BeingChecked, check_bill
from konter.orders.judge import ProductClosed
from konter.orders.member_terms import ProductNotAdmitted
from konter.orders.note_check import Told, end_check
from konter.orders.requests import Placed, RefReused
from konter.orders.reseller_order import ProductUnknown
from konter.upstreams.biller_contract import BillProblem, CheckUnclear
from tests.funding.paper import WeakLine
from tests.orders.bill_counter import (
    ADMIN,
    BILL,
    HOUSE,
    PLN,
    TOTAL,
    BillCounter,
    member,
    open_bill_counter,
)
from tests.sim_process import Sim

OFFICIAL, OFFICIAL_NONE = "530000000001", "530000000003"
FEE = "UPDATE catalogue.bill_products SET fee = 500"
CLOSE = "UPDATE catalogue.bill_products SET is_active = false WHERE code = 'pln'"


def trick(suffix: str) -> str:
    """A number of PLN that plays this trick."""
    return f"53001111{suffix}"


async def test_a_found_bill_says_what_is_owed_and_until_when(bills: BillCounter) -> None:
    found = await bills.finds()
    assert (found.amount, found.admin_fee, found.total) == (BILL, ADMIN, TOTAL)
    assert (found.biller, found.kind, found.product_code) == ("pln", "electricity", PLN)
    assert len(found.periods) == 1 and found.customer_name
    assert found.details["lembar_tagihan"] == 1
    today = bills.clock.now().astimezone(WIB)
    midnight = datetime(today.year, today.month, today.day, tzinfo=WIB) + timedelta(days=1)
    assert found.expires_at == midnight - timedelta(minutes=5)
    assert await bills.money() == 1_000_000
    await bills.assert_honest()


async def test_our_fee_is_part_of_the_admin_fee(bills: BillCounter) -> None:
    async with bills.db.transaction() as tx:
        await tx.run(FEE)
    found = await bills.finds()
    assert (found.amount, found.admin_fee, found.total) == (BILL, ADMIN + 500, TOTAL + 500)


async def test_the_same_question_again_is_answered_from_here(bills: BillCounter) -> None:
    first = await bills.finds()
    assert await bills.finds() == first
    assert await bills.finds(product="PLN") == first
    assert await bills.commands() == ["inq-pasca"]


async def test_every_try_is_written_down_under_a_reference_of_its_own(bills: BillCounter) -> None:
    number = trick("2003")
    found = await bills.finds(number=number)
    tries = await bills.tries_made()
    assert [row[3] for row in tries] == ["unclear", "unclear", "found"]
    references = [row[0] for row in tries]
    assert references == [call["ref_id"] for call in await bills.sim.calls("inq-pasca")]
    assert len(set(references)) == 3 and max(map(len, references)) <= 30
    assert await bills.sim.breaches() == []
    assert found.state is BillState.FOUND


@pytest.mark.parametrize("suffix", ["2001", "2004", "2012", "2013", "2014", "2018", "2023"])
async def test_what_says_nothing_is_tried_three_times_and_then_unclear(
    bills: BillCounter, suffix: str
) -> None:
    unclear = await bills.checks(number=trick(suffix))
    assert (unclear.state, unclear.problem, unclear.total) == (BillState.UNCLEAR, None, None)
    assert len(await bills.sim.calls("inq-pasca")) == 3
    assert await bills.sim.breaches() == []


async def test_an_unclear_one_is_tried_anew_by_the_same_reference(bills: BillCounter) -> None:
    silent = [{"do": "silence"}] * 3
    await bills.sim.script(HOUSE, inquiry=[*silent, {"do": "success"}])
    assert (await bills.checks()).state is BillState.UNCLEAR
    assert (await bills.checks()).state is BillState.FOUND
    assert len(await bills.tries_made()) == 4


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (OFFICIAL_NONE, BillProblem.NOT_FOUND),
        (trick("2007"), BillProblem.ALREADY_PAID),
        (trick("8154"), BillProblem.NUMBER),
    ],
)
async def test_a_verdict_on_the_number_is_not_asked_for_twice(
    bills: BillCounter, number: str, problem: BillProblem
) -> None:
    refused = await bills.checks(number=number)
    assert (refused.state, refused.problem) == (BillState.REFUSED, problem)
    assert await bills.checks(number=number) == refused
    assert await bills.commands() == ["inq-pasca"]


async def test_a_fault_of_ours_is_for_a_person_and_is_no_verdict(bills: BillCounter) -> None:
    number = trick("8145")
    refused = await bills.checks(number=number)
    assert refused.problem is BillProblem.SUPPLIER
    assert "IP" not in refused.message
    assert await bills.tasks() == {"bill_check"}
    await bills.checks(number=number)
    assert await bills.commands() == ["inq-pasca"] * 2
    await bills.finds("b2")
    assert await bills.tasks() == set()


async def test_a_closed_offer_may_be_asked_for_again(bills: BillCounter) -> None:
    number = trick("8155")
    assert (await bills.checks(number=number)).problem is BillProblem.OFFER
    await bills.checks(number=number)
    assert len(await bills.tries_made()) == 2


async def test_a_reference_belongs_to_one_question(bills: BillCounter) -> None:
    await bills.finds()
    for other in (bills.ask(number=OFFICIAL), bills.ask(product="plnpasca"), bills.ask(year=2025)):
        with pytest.raises(RefReused):
            await check_bill(bills.desk, other)
    placed = await bills.place(await bills.ask_for("087800001230", ref_id="prepaid"))
    assert isinstance(placed[0], Placed)
    with pytest.raises(RefReused):
        await bills.checks("prepaid")


async def test_two_questions_at_once_are_one_at_their_door(bills: BillCounter) -> None:
    first, second = await asyncio.gather(bills.checks(), bills.checks())
    assert first == second and first.is_found
    assert await bills.commands() == ["inq-pasca"]


async def test_a_check_that_its_process_did_not_live_to_end_is_made_anew(
    bills: BillCounter,
) -> None:
    await begin_check(bills.desk, bills.ask())
    with pytest.raises(BeingChecked):
        await bills.checks()
    assert await bills.commands() == []
    await bills.later(20)
    assert (await bills.checks()).is_found
    tries = await bills.tries_made()
    assert [row[3] for row in tries] == [None, "found"]


async def test_a_round_that_was_overtaken_stores_nothing(bills: BillCounter) -> None:
    """It was given up, another one found the bill, and then it ends after all."""
    late = await begin_check(bills.desk, bills.ask())
    assert late is not None and not isinstance(late, BillView)
    await bills.later(20)
    found = await bills.finds()
    heard = await bills.desk.wire.ask(
        bills.desk.billers[late.bill.account].bill_list(), account="", purpose="check"
    )
    told = Told(CheckUnclear("too late"), heard.exchange)
    assert await end_check(bills.desk, late, told) == found
    assert await bills.bill() == found


async def test_what_was_found_is_asked_for_again_once_its_day_is_over(bills: BillCounter) -> None:
    first = await bills.finds()
    assert first.expires_at is not None
    await bills.later((first.expires_at - bills.clock.now()).total_seconds())
    second = await bills.finds()
    assert second.expires_at is not None
    assert len(await bills.tries_made()) == 2
    await bills.later(301)
    third = await bills.finds()
    assert third.expires_at == first.expires_at + timedelta(days=1)


async def test_a_number_is_checked_so_often_and_other_numbers_go_on(bills: BillCounter) -> None:
    for n in range(5):
        await bills.finds(f"b{n}")
    with pytest.raises(TooManyChecks) as refused:
        await bills.finds("b5")
    assert refused.value.facts == {"retry_after": 600, "per_number": True}
    assert await bills.bill("b5") is None
    await bills.finds("b4")
    await bills.finds("b6", OFFICIAL)
    await bills.later(601)
    await bills.finds("b5")


async def test_a_member_checks_so_many_and_another_goes_on(bills: BillCounter) -> None:
    bills.with_rules(bills=replace(bills.desk.bills, per_member=2))
    await bills.finds("a", OFFICIAL)
    await bills.finds("b")
    with pytest.raises(TooManyChecks) as refused:
        await bills.finds("c", trick("9999"))
    assert refused.value.facts["per_number"] is False
    await bills.finds("c", who=member(user_id=2))


async def test_what_cannot_be_had_is_refused_before_anything_leaves(bills: BillCounter) -> None:
    with pytest.raises(ProductUnknown):
        await bills.checks(product="tidak-ada")
    with pytest.raises(ProductNotAdmitted):
        await bills.checks(who=member(products=frozenset({"pulsa"})))
    assert (await bills.checks("c", who=member(products=frozenset({"pascabayar"})))).is_found
    await bills.pause()
    with pytest.raises(ChecksStopped):
        await bills.checks()
    await bills.resume()
    async with bills.db.transaction() as tx:
        await tx.run(CLOSE)
    with pytest.raises(ProductClosed):
        await bills.checks()
    assert await bills.commands() == ["inq-pasca"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "123"}, "customer_no"),
        ({"number": "1" * 51}, "customer_no"),
        ({"number": "5300-0000,"}, "customer_no"),
        ({"number": "5300'0000"}, "customer_no"),
        ({"number": "5300 0000"}, "customer_no"),
        ({"ref_id": " "}, "ref_id"),
        ({"ref_id": "r" * 65}, "ref_id"),
        ({"ref_id": "a\x00b"}, "ref_id"),
        ({"product": ""}, "buyer_sku"),
        ({"amount": 0}, "denom"),
        ({"year": 25}, "year"),
        ({"product": "emoney", "number": "082100009999"}, "denom"),
    ],
)
async def test_what_no_upstream_could_read_never_leaves(
    bills: BillCounter, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await bills.checks(**changes)
    assert list(refused.value.errors) == [field]
    assert await bills.commands() == []


async def test_money_to_be_loaded_is_what_the_customer_chose(bills: BillCounter) -> None:
    found = await bills.finds(product="emoney", number="082100009999", amount=50_000)
    assert found.amount == 50_000 and found.periods == ()
    with pytest.raises(RefReused):
        await bills.finds(product="emoney", number="082100009999", amount=60_000)


async def test_the_upstreams_time_is_told(bills: BillCounter) -> None:
    seen: list[tuple[str, float]] = []
    bills.with_rules(check_seen=lambda outcome, seconds: seen.append((outcome, seconds)))
    await bills.finds()
    await bills.checks("b2", OFFICIAL_NONE)
    assert [outcome for outcome, _ in seen] == ["found", "refused"]


@pytest.mark.parametrize("how", [0, 1, 2])
@pytest.mark.parametrize("commit", [1, 2, 3])
async def test_a_check_whose_line_breaks_at_any_commit_is_found_again(
    stocked_with_bills: str, sim: Sim, commit: int, how: int
) -> None:
    """Before a commit, in it, and after it; of a check that needs a second try."""
    line = WeakLine()
    async with open_bill_counter(stocked_with_bills, sim, observer=line) as bills:
        await sim.script(HOUSE, inquiry=[{"do": "http"}, {"do": "success"}])
        line.arm(commit, how)
        with suppress(CommitUnknown, psycopg.OperationalError):
            assert (await bills.checks()).is_found
        assert line.breaks == 1
        await bills.later(20)
        assert (await bills.checks()).is_found
        assert len(await bills.tries_made()) >= 2
        await bills.assert_honest()
