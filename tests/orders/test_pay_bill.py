"""A bill is paid once, for what was checked, on the day of its check, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psycopg
import pytest

from konter.funding.adjust import adjust
from konter.kernel.errors import CommitUnknown, Invalid
from konter.kernel.money import Rupiah
from konter.ledger.wallets import block_wallet, open_wallet
from konter.orders.by_reference import by_reference
from konter.orders.end_overdue import end_overdue
from konter.orders.pay_bill import pay_bill
from konter.orders.requests import Placed
from konter.orders.reseller_order import MemberOrder, order_many
from tests.funding.paper import WeakLine
from tests.orders.bill_counter import (
    BILL,
    COST,
    HOUSE,
    PLN,
    TOTAL,
    BillCounter,
    member,
    open_bill_counter,
)
from tests.orders.counter import ACCOUNT, BUYER
from tests.sim_process import Sim
from tests.warm import by_owner

OTHER_SKU = "plnpasca"
CARD = "082100009999"
CLOSE = "UPDATE catalogue.bill_products SET is_active = false WHERE code = 'pln'"


def trick(suffix: str) -> str:
    """A number of PLN that plays this trick."""
    return f"53001111{suffix}"


async def test_checked_paid_and_delivered(bills: BillCounter) -> None:
    found = await bills.finds()
    paid = await bills.pays_bill(found)
    assert (paid.replayed, paid.balance) == (False, 1_000_000 - TOTAL)
    assert (paid.order.state, paid.order.price, paid.order.product_code) == ("held", TOTAL, PLN)
    assert await bills.account("escrow") == TOTAL
    assert await bills.work() == 1
    order = await bills.order(paid.order.id)
    assert order.state == "delivered" and order.serial
    assert await bills.money() == 1_000_000 - TOTAL
    assert (await bills.account("escrow"), await bills.account("sales")) == (0, TOTAL)
    assert await bills.account("cost") == -COST
    attempt = await bills.attempt(order.id)
    (formed,) = await bills.sim.bills(HOUSE)
    assert formed["ref_id"] == attempt.reference == (await bills.tries_made())[0][0]
    assert await bills.commands() == ["inq-pasca", "pay-pasca"]
    looked_up = await bills.bill()
    assert looked_up is not None and looked_up.order is not None
    assert looked_up.order.state == "delivered"
    async with bills.db.read() as tx:
        assert (await by_reference(tx, BUYER, "b1")).id == order.id
    await bills.assert_honest()


async def test_a_repeat_answers_the_order_as_it_stands(bills: BillCounter) -> None:
    found = await bills.finds()
    first = await bills.pays_bill(found)
    assert await bills.says(found) == "again"
    await bills.work()
    again = await bills.pays_bill(found)
    assert (again.order.id, again.order.state, again.replayed) == (
        first.order.id,
        "delivered",
        True,
    )
    await bills.later(24 * 3600)
    assert await bills.says(found) == "again"
    assert await bills.says(found, amount=BILL + 1) == "ref_id_reused"
    assert (await bills.checks()).order_id == first.order.id
    assert await bills.money() == 1_000_000 - TOTAL
    assert await bills.commands() == ["inq-pasca", "pay-pasca"]


@pytest.mark.parametrize("off", [-1, 1])
async def test_another_amount_by_one_rupiah_is_refused(bills: BillCounter, off: int) -> None:
    found = await bills.finds()
    assert await bills.says(found, amount=BILL + off) == "bill_amount_differs"
    assert await bills.says(found, amount=TOTAL) == "bill_amount_differs"
    assert await bills.says(found) == "taken"


async def test_nothing_is_paid_that_was_not_checked(bills: BillCounter) -> None:
    found = await bills.finds()
    assert await bills.says(found, ref_id="b2") == "bill_not_checked"
    assert await bills.says(found, who=member(user_id=2)) == "bill_not_checked"
    unclear = await bills.checks("b3", trick("2004"))
    assert await bills.says(unclear, amount=BILL) == "bill_not_checked"
    refused = await bills.checks("b4", trick("2007"))
    assert await bills.says(refused, amount=BILL) == "bill_not_checked"
    assert await bills.sim.calls("pay-pasca") == []
    assert await bills.money() == 1_000_000


async def test_another_number_or_product_than_the_checked_one_is_another_request(
    bills: BillCounter,
) -> None:
    found = await bills.finds()
    assert await bills.says(found, customer_no=trick("9999")) == "ref_id_reused"
    assert await bills.says(found, product_code=OTHER_SKU) == "ref_id_reused"
    assert await bills.says(found, product_code="PLN") == "taken"


async def test_a_reference_is_a_purchases_or_a_bills(bills: BillCounter) -> None:
    found = await bills.finds()
    who = member()
    placed = await order_many(bills.desk, [MemberOrder(who, "xld10", "087800001230", "b1")])
    assert isinstance(placed[0], Placed)
    assert await bills.says(found) == "ref_id_reused"
    assert await bills.says(found, ref_id="b9") == "bill_not_checked"
    await bills.takes("b2")
    again = await order_many(bills.desk, [MemberOrder(who, "xld10", "087800001230", "b2")])
    assert getattr(again[0], "code", "") == "ref_id_reused"


async def test_after_its_day_a_check_pays_nothing(bills: BillCounter) -> None:
    found = await bills.finds()
    assert found.expires_at is not None
    left = (found.expires_at - bills.clock.now()).total_seconds()
    await bills.later(left - 1)
    assert (await bills.finds()).expires_at == found.expires_at
    await bills.later(1)
    assert await bills.says(found) == "bill_expired"
    assert await bills.money() == 1_000_000


async def test_a_payment_that_did_not_leave_by_then_never_does(bills: BillCounter) -> None:
    found = await bills.finds()
    assert found.expires_at is not None
    left = (found.expires_at - bills.clock.now()).total_seconds()
    await bills.later(left - 60)
    paid = await bills.pays_bill(found)
    await bills.later(60)
    assert await bills.claim() == []
    assert await end_overdue(bills.desk) == 1
    assert await bills.state(paid.order.id) == "failed"
    assert await bills.money() == 1_000_000
    assert await bills.commands() == ["inq-pasca"]
    await bills.assert_honest()


async def test_a_short_balance_burns_no_reference(bills: BillCounter) -> None:
    found = await bills.finds()
    await bills.gives(TOTAL - 1 - 1_000_000)
    assert await bills.says(found) == "not_enough_balance"
    await bills.gives(1)
    assert await bills.says(found) == "taken"
    assert await bills.money() == 0
    await bills.work()
    await bills.assert_honest()


async def test_a_blocked_wallet_pays_nothing(bills: BillCounter) -> None:
    found = await bills.finds()
    for blocked, said in ((True, "wallet_blocked"), (False, "taken")):
        async with bills.db.transaction() as tx:
            await block_wallet(tx, user_id=BUYER, blocked=blocked)
        assert await bills.says(found) == said


async def test_a_loss_is_refused_before_it_is_sent(bills: BillCounter) -> None:
    """At the price of its check, or by a margin that the shop wants meanwhile."""
    assert await bills.says(await bills.finds("b1", trick("2017"))) == "bill_too_dear"
    found = await bills.finds("b2")
    bills.with_rules(minimum_margin=Rupiah(TOTAL - COST + 1))
    assert await bills.says(found) == "bill_too_dear"
    bills.with_rules(minimum_margin=Rupiah(TOTAL - COST))
    assert await bills.says(found) == "taken"
    assert (await bills.attempts((await bills.pays_bill(found)).order.id))[0].max_price == COST


async def test_what_is_closed_meanwhile_is_not_paid(bills: BillCounter) -> None:
    found = await bills.finds()
    async with bills.db.transaction() as tx:
        await tx.run(CLOSE)
    assert await bills.says(found) == "product_closed"
    assert await bills.says(found, who=member(products=frozenset({"pulsa"}))) == (
        "product_not_admitted"
    )


async def test_a_members_day_counts_bills_and_purchases_alike(bills: BillCounter) -> None:
    found = await bills.finds()
    poor = member(amount_per_day=Rupiah(TOTAL - 1))
    assert await bills.says(found, who=poor) == "amount_limit_reached"
    lazy = member(orders_per_day=1)
    assert await bills.says(found, who=lazy) == "taken"
    other = await bills.finds("b2", trick("9999"))
    assert await bills.says(other, who=lazy) == "order_limit_reached"
    (refused,) = await order_many(bills.desk, [MemberOrder(lazy, "xld10", "087800001230", "p1")])
    assert getattr(refused, "code", "") == "order_limit_reached"


async def test_the_same_bill_is_paid_once_by_whatever_reference_and_sku(
    bills: BillCounter,
) -> None:
    first, second = await bills.finds("b1"), await bills.finds("b2")
    other_sku = await bills.finds("b3", product=OTHER_SKU)
    assert await bills.says(first) == "taken"
    assert await bills.says(second) == "bill_being_paid"
    await bills.work()
    assert await bills.says(second) == "bill_paid"
    assert await bills.says(other_sku) == "bill_paid"
    assert len(await bills.sim.bills(HOUSE)) == 1
    assert await bills.money() == 1_000_000 - TOTAL
    await bills.assert_honest()


async def test_a_bill_that_shares_one_month_with_a_paid_one_is_the_same(
    bills: BillCounter,
) -> None:
    one_month = await bills.finds("b1")
    await bills.sim.owe(PLN, HOUSE, 80_000, BILL)
    two_months = await bills.finds("b2")
    assert set(one_month.periods) < set(two_months.periods)
    assert await bills.says(one_month) == "taken"
    assert await bills.says(two_months) == "bill_being_paid"


@pytest.mark.parametrize("periodless", ["b1", "b2"])
async def test_a_bill_that_one_supplier_tells_without_its_months_is_the_same_that_day(
    bills: BillCounter, periodless: str
) -> None:
    first, second = await bills.finds("b1"), await bills.finds("b2", product=OTHER_SKU)
    forget = "UPDATE orders.bills SET periods = '{}' WHERE ref_id = '" + periodless + "'"
    await by_owner(bills.desk.db.conninfo, forget)
    assert await bills.says(first) == "taken"
    assert await bills.says(second) == "bill_being_paid"
    await bills.work()
    assert await bills.says(second) == "bill_paid"
    assert len(await bills.sim.bills(HOUSE)) == 1


async def test_a_failed_payment_frees_its_bill(bills: BillCounter) -> None:
    number = trick("9999")
    await bills.sim.owe(PLN, number, BILL)
    await bills.sim.script(number, {"do": "fail"}, {"do": "success"})
    paid = await bills.takes("b1", number)
    await bills.work()
    assert await bills.state(paid.order.id) == "failed"
    assert await bills.money() == 1_000_000
    assert await bills.says(paid.bill) == "again"
    await bills.later(60)
    again = await bills.takes("b2", number)
    await bills.work()
    assert await bills.state(again.order.id) == "delivered"
    assert len(await bills.sim.calls("pay-pasca")) == 2
    await bills.assert_honest()


async def test_money_is_loaded_as_often_as_one_likes(bills: BillCounter) -> None:
    for ref_id in ("b1", "b2"):
        await bills.takes(ref_id, CARD, product="emoney", amount=50_000)
        await bills.work()
        await bills.later(61)
    assert [row["status"] for row in await bills.sim.bills(CARD)] == ["Sukses", "Sukses"]
    await bills.assert_honest()


async def test_two_payments_at_once_by_one_reference_are_one(bills: BillCounter) -> None:
    found = await bills.finds()
    said = await asyncio.gather(*(bills.says(found) for _ in range(4)))
    assert sorted(said) == ["again", "again", "again", "taken"]
    assert await bills.money() == 1_000_000 - TOTAL


async def test_two_payments_at_once_of_one_bill_are_one(bills: BillCounter) -> None:
    funding, rival = bills.desk.funding, member(user_id=2)
    async with bills.db.transaction() as tx:
        await open_wallet(tx, user_id=2, at=bills.clock.now())
    await adjust(funding, user_id=2, amount=Rupiah(TOTAL), reason="modal awal", actor="rina")
    found = [await bills.finds(f"b{n}") for n in range(3)]
    theirs = await bills.finds("rival", who=rival)
    said = await asyncio.gather(
        *(bills.says(bill) for bill in found), bills.says(theirs, who=rival)
    )
    assert sorted(said) == [*["bill_being_paid"] * 3, "taken"]
    assert await bills.account("escrow") == TOTAL
    await bills.work()
    assert len(await bills.sim.bills(HOUSE)) == 1
    await bills.assert_honest()


async def test_what_cannot_be_read_is_refused(bills: BillCounter) -> None:
    found = await bills.finds()
    for wrong in ({"amount": 0}, {"customer_no": "5'3"}, {"ref_id": ""}):
        with pytest.raises(Invalid):
            await pay_bill(bills.desk, replace(bills.payment(found), **wrong))


@pytest.mark.parametrize("how", [0, 1, 2])
async def test_a_payment_whose_line_breaks_is_taken_once(
    stocked_with_bills: str, sim: Sim, how: int
) -> None:
    """Before its commit, in it, and after it."""
    line = WeakLine()
    async with open_bill_counter(stocked_with_bills, sim, observer=line) as bills:
        found = await bills.finds()
        line.arm(1, how)
        if how == 2:
            assert (await bills.pays_bill(found)).replayed
        else:
            with pytest.raises((CommitUnknown, psycopg.OperationalError)):
                await bills.pays_bill(found)
            assert await bills.money() == 1_000_000
        assert await bills.says(found) == ("again" if how == 2 else "taken")
        await bills.work()
        assert await bills.money() == 1_000_000 - TOTAL
        assert await bills.account(f"provider:{ACCOUNT}") != 0
        assert len(await bills.sim.bills(HOUSE)) == 1
        await bills.assert_honest()
