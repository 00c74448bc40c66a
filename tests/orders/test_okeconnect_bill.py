"""A bill at OkeConnect: asked about under one code, paid under another, and never paid twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from konter.orders.bill_store import BillState
from konter.orders.end import Verdict, end
from konter.upstreams.biller_contract import BillProblem
from tests.orders.oke_bills import (
    ADMIN,
    BILL,
    COST,
    FEE,
    HOUSE,
    LIGHT,
    PRICE,
    TOLD,
    OkeBills,
    open_oke_bills,
)
from tests.orders.two_suppliers import PROVES_S
from tests.sim_process import Sim
from tests.warm import by_owner

GAP_S = 60
NO_FEE = "UPDATE catalogue.bill_products SET fee = 0"


@pytest.fixture
async def bills(stocked_with_their_bills: str, sim: Sim) -> AsyncIterator[OkeBills]:
    """Their inquiries are answered at once."""
    async with open_oke_bills(stocked_with_their_bills, sim, inquiry_at_once=True) as bills:
        yield bills


async def test_checked_under_one_code_and_paid_under_the_other_by_a_reference_of_its_own(
    bills: OkeBills,
) -> None:
    found = await bills.finds(product=LIGHT)
    assert (found.amount, found.admin_fee, found.total) == (BILL, ADMIN + FEE, PRICE)
    assert (found.biller, found.customer_name is not None) == ("pln", True)
    paid = await bills.pays_bill(found)
    await bills.work()
    await bills.decided((await bills.attempt(paid.order.id)).reference)
    await bills.later(GAP_S)
    await bills.work()
    order = await bills.order(paid.order.id)
    assert order.state == "delivered" and order.serial
    ((checked_as, *_),) = await bills.tries_made()
    attempt = await bills.attempt(order.id)
    assert attempt.reference.startswith(f"{checked_as}-2")
    formed = (await bills.oke.books())["transactions"]
    assert [(row["ref_id"], row["product"]) for row in formed] == [
        (checked_as, "CPLA"),
        (attempt.reference, LIGHT),
    ]
    assert await bills.door() == [("purchase", "CPLA"), ("purchase", LIGHT), ("check", LIGHT)]
    assert (await bills.account("cost"), await bills.account("sales")) == (-COST, PRICE)
    await bills.assert_honest()


async def test_after_an_unclear_check_the_payment_has_yet_another_reference(
    bills: OkeBills,
) -> None:
    await bills.oke.bill("PLA", HOUSE, amount=BILL)
    await bills.oke.script(HOUSE, sale=[{"do": "http", "status": 502}, TOLD])
    paid = await bills.takes(product=LIGHT)
    await bills.work()
    references = {row[0] for row in await bills.tries_made()}
    attempt = await bills.attempt(paid.order.id)
    assert len(references) == 2 and attempt.reference not in references
    assert attempt.reference.startswith(f"{paid.order.code}-3")
    assert await bills.state(paid.order.id) == "delivered"
    await bills.assert_honest()


async def test_a_refused_payment_gives_the_whole_price_back(bills: OkeBills) -> None:
    paid = await bills.took({"do": "fail", "reason": "Tagihan sudah terbayar"})
    assert await bills.state(paid.order.id) == "failed"
    assert (await bills.money(), await bills.account("escrow")) == (1_000_000, 0)
    assert len(await bills.attempts(paid.order.id)) == 1
    await bills.assert_honest()


@pytest.mark.parametrize(
    "lost",
    [
        {"do": "silence", "commit": True},
        {"do": "http", "status": 502, "commit": True},
        {"do": "text", "body": "Sistem sibuk", "commit": True},
        {"do": "twist", "half": True},
        {"do": "twist", "ref_id": "bukan-ref-anda", "at_once": True},
    ],
    ids=lambda lost: f"{lost['do']}{len(lost)}",
)
async def test_a_payment_whose_answer_was_lost_is_asked_about_and_never_paid_again(
    bills: OkeBills, lost: dict[str, Any]
) -> None:
    paid = await bills.took(lost)
    assert await bills.state(paid.order.id) == "sent"
    await bills.later(GAP_S)
    await bills.work()
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.door() == [("purchase", "CPLA"), ("purchase", LIGHT), ("check", LIGHT)]
    assert await bills.account("cost") == -COST
    await bills.assert_honest()


async def test_a_payment_that_never_came_is_given_back_once_they_keep_knowing_nothing(
    bills: OkeBills,
) -> None:
    paid = await bills.took({"do": "silence"})
    for _ in range(5):
        assert await bills.state(paid.order.id) == "sent"
        await bills.later(PROVES_S / 4)
        await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert await bills.money() == 1_000_000
    assert (await bills.door()).count(("purchase", LIGHT)) == 1
    await bills.assert_honest()


async def test_an_older_payment_in_the_way_is_for_a_person(bills: OkeBills) -> None:
    """Their guard tells of it as of a success; nothing was paid for us."""
    paid = await bills.took({"do": "duplicate"}, TOLD, checks=[{"do": "duplicate"}])
    for _ in range(3):
        await bills.later(600)
        await bills.work()
    assert await bills.state(paid.order.id) == "sent"
    assert "review" in await bills.tasks()
    assert await bills.says(await bills.finds("b2", product=LIGHT)) == "bill_being_paid"
    await end(bills.desk, paid.order.id, Verdict.FAILED, actor="rina", reason="dilihat di panel")
    assert await bills.money() == 1_000_000
    await bills.assert_honest()


async def test_a_bill_that_grew_is_paid_and_a_person_looks(bills: OkeBills) -> None:
    paid = await bills.took(TOLD, bill="grown")
    assert await bills.state(paid.order.id) == "delivered"
    assert await bills.account("cost") == -(COST + 10_000)
    assert await bills.tasks() == {"dear_cost"}
    await bills.assert_honest()


async def test_without_a_fee_there_is_no_margin_that_is_certain(bills: OkeBills) -> None:
    """The commission may come later or not at all, so what is owed counts as the cost."""
    await by_owner(bills.db.conninfo, NO_FEE)
    assert await bills.says(await bills.finds(product=LIGHT)) == "bill_too_dear"
    assert await bills.money() == 1_000_000


@pytest.mark.parametrize(
    ("number", "state", "problem"),
    [
        ("530012346601", BillState.REFUSED, BillProblem.NOT_FOUND),
        ("530012346602", BillState.REFUSED, BillProblem.ALREADY_PAID),
        ("530012346604", BillState.UNCLEAR, None),
        ("530012344041", BillState.REFUSED, BillProblem.SUPPLIER),
        ("530012344055", BillState.REFUSED, BillProblem.OFFER),
        ("530012345006", BillState.UNCLEAR, None),
        ("530012345020", BillState.UNCLEAR, None),
    ],
)
async def test_there_is_no_bill_only_where_they_say_so(
    bills: OkeBills, number: str, state: BillState, problem: BillProblem | None
) -> None:
    told = await bills.checks(number=number, product=LIGHT)
    assert (told.state, told.problem) == (state, problem)
    assert await bills.money() == 1_000_000
    await bills.assert_honest()


async def test_a_fine_is_a_part_of_the_amount(bills: OkeBills) -> None:
    found = await bills.finds(number="530012346603", product=LIGHT)
    assert found.admin_fee == ADMIN + FEE and found.details == {"denda": 5_000}
    assert found.amount is not None and found.total == found.amount + found.admin_fee
