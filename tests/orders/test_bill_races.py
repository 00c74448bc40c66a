"""However many pay one bill at once, from wherever: it is paid once; the others lose nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
from dataclasses import replace

import pytest

from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.ledger.wallets import open_wallet
from konter.orders.end_overdue import end_overdue
from konter.orders.requests import Placed
from konter.orders.reseller_order import MemberOrder, order_many
from tests.orders import bill_racer
from tests.orders.bill_counter import BILL, HOUSE, PLN, TOTAL, BillCounter, member
from tests.orders.bill_racer import Payment, Said, pays
from tests.orders.counter import ACCOUNT, BUYER

OTHER_SKU, RIVAL = "plnpasca", 2
MONEY = 1_000_000
PAYERS = 8
PROCESSES = 4

WAYS = {
    "by one reference": ["b0 pln 1"],
    "by many references": [f"b{n} pln 1" for n in range(PAYERS)],
    "by two members": ["b0 pln 1", "b0 pln 2"],
    "by two SKUs of one biller": ["b0 pln 1", "b1 plnpasca 1"],
    "by all of this": [f"b{n} {(PLN, OTHER_SKU)[n % 2]} {n // 2 % 2 + 1}" for n in range(PAYERS)],
}
"""Who pays: a reference, a SKU and a member; in turn, until there are as many as PAYERS."""

LOST = {"bill_paid", "bill_being_paid"}


async def with_rival(bills: BillCounter) -> None:
    """Two members with as much money each, who check as often as they like."""
    bills.with_rules(bills=replace(bills.desk.bills, per_number=1_000))
    async with bills.db.transaction() as tx:
        await open_wallet(tx, user_id=RIVAL, at=bills.clock.now())
    given = {"amount": Rupiah(MONEY), "reason": "modal awal", "actor": "rina"}
    await adjust(bills.desk.funding, user_id=RIVAL, **given)  # type: ignore[arg-type]


async def checked(bills: BillCounter, way: str, number: str) -> list[Payment]:
    """The payments of one bill in this way, each of them checked."""
    await bills.sim.owe(PLN, number, BILL)
    payments = []
    for one in WAYS[way]:
        name, sku, user_id = one.split()
        ref_id = f"{name} {number}"
        found = await bills.finds(ref_id, number, product=sku, who=member(user_id=int(user_id)))
        payments.append(Payment(way, int(user_id), ref_id, sku, number, found.amount or 0))
    return [payments[n % len(payments)] for n in range(PAYERS)]


async def assert_paid_once(bills: BillCounter, payments: list[Payment], said: list[Said]) -> int:
    """One was taken, and only its repeats were told of it; answers who paid."""
    ((_, winner, ref_id, _),) = [one for one in said if one[3] == "taken"]
    for _, user_id, ref, word in said:
        same = (user_id, ref) == (winner, ref_id)
        assert word in ({"taken", "again"} if same else LOST), said
    (formed,) = await bills.sim.bills(payments[0].number)
    assert (formed["formed"], formed["formed_count"]) == (True, 1)
    assert len(said) >= PAYERS
    return winner


async def wallet(bills: BillCounter, user_id: int) -> int:
    async with bills.db.read() as tx:
        return (await balance(tx, user_id)).amount


async def assert_debited(bills: BillCounter, winners: list[int]) -> None:
    """Each paid what it won, through whichever SKU, and nothing else."""
    paid = {user_id: 0 for user_id in (BUYER, RIVAL)}
    for row in await bills.sim.bills():
        assert row["formed"]
    async with bills.db.read() as tx:
        for user_id, price in await tx.rows("SELECT user_id, price FROM orders.orders"):
            paid[user_id] += price
    for user_id, price in paid.items():
        assert await wallet(bills, user_id) == MONEY - price
        assert (price > 0) == (user_id in winners)
    await bills.assert_honest()


@pytest.mark.parametrize("way", WAYS)
async def test_one_bill_is_paid_once_though_many_tasks_pay_it(bills: BillCounter, way: str) -> None:
    await with_rival(bills)
    payments = await checked(bills, way, HOUSE)
    said = await asyncio.gather(*(pays(bills, one) for one in payments))
    assert {word for *_, word in said} <= {"taken", "again", "bill_being_paid"}
    await asyncio.gather(*(bills.work() for _ in range(3)))
    assert len(await bills.sim.calls("pay-pasca")) == 1
    winner = await assert_paid_once(bills, payments, list(said))
    await assert_debited(bills, [winner])


async def test_one_bill_is_paid_once_though_many_processes_pay_it(bills: BillCounter) -> None:
    """Five bills, one for each way; each process pays all of them and works on what it finds."""
    await with_rival(bills)
    numbers = {way: f"53001234{n}777" for n, way in enumerate(WAYS)}
    payments = {way: await checked(bills, way, number) for way, number in numbers.items()}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([bill_racer.__name__])
    start, told = context.Barrier(PROCESSES), context.Queue()
    place = (bills.db.conninfo, bills.sim.url)
    asked = [one for some in payments.values() for one in some]
    children = []
    for n in range(PROCESSES):
        turned = asked[n:] + asked[:n]
        children.append(context.Process(target=bill_racer.race, args=(place, turned, start, told)))
    for child in children:
        child.start()
    said = [one for _ in children for one in await asyncio.to_thread(told.get, True, 30)]
    for child in children:
        await asyncio.to_thread(child.join, 20)
    await bills.work()
    winners = [
        await assert_paid_once(bills, payments[way], [one for one in said if one[0] == way])
        for way in WAYS
    ]
    assert len(await bills.sim.calls("pay-pasca")) == len(WAYS)
    await assert_debited(bills, winners)


async def test_a_bill_whose_payment_failed_is_taken_over_by_one(bills: BillCounter) -> None:
    await with_rival(bills)
    await bills.sim.script(HOUSE, {"do": "fail"}, {"do": "success"})
    failed = await bills.takes("first")
    payments = await checked(bills, "by all of this", HOUSE)
    await bills.work()
    assert await bills.state(failed.order.id) == "failed"
    await bills.later(60)
    said = await asyncio.gather(*(pays(bills, one) for one in payments))
    await bills.work()
    assert [word for *_, word in said].count("taken") == 1
    assert [row["formed"] for row in await bills.sim.bills(HOUSE)] == [False, True]
    assert await wallet(bills, BUYER) + await wallet(bills, RIVAL) < 2 * MONEY - BILL
    await bills.assert_honest()


async def test_many_workers_pay_it_once(bills: BillCounter) -> None:
    paid = [await bills.takes(f"b{n}", f"53001234{n}888") for n in range(4)]
    await asyncio.gather(*(bills.work() for _ in range(6)))
    assert len(await bills.sim.calls("pay-pasca")) == len(paid)
    assert {await bills.state(one.order.id) for one in paid} == {"delivered"}
    await bills.assert_honest()


async def test_a_payment_that_is_due_and_overdue_at_once_is_sent_or_released(
    bills: BillCounter,
) -> None:
    """Never both: whoever comes first has it."""
    paid = [await bills.takes(f"b{n}", f"53001234{n}999") for n in range(4)]
    await bills.later(901)
    await asyncio.gather(bills.work(), end_overdue(bills.desk), bills.work())
    states = [await bills.state(one.order.id) for one in paid]
    assert set(states) <= {"delivered", "failed"}
    assert len(await bills.sim.calls("pay-pasca")) == states.count("delivered")
    spent = sum(
        one.order.price for one, state in zip(paid, states, strict=True) if state == "delivered"
    )
    assert await bills.money() == MONEY - spent
    await bills.assert_honest()


async def test_a_wallet_that_suffices_for_one_bill_pays_one(bills: BillCounter) -> None:
    await bills.gives(TOTAL - MONEY)
    numbers = [f"53001234{n}666" for n in range(4)]
    found = []
    for number in numbers:
        await bills.sim.owe(PLN, number, BILL)
        found.append(await bills.finds(number, number))
    said = await asyncio.gather(*(bills.says(bill) for bill in found))
    assert sorted(said) == [*["not_enough_balance"] * 3, "taken"]
    await bills.work()
    assert (await bills.money(), len(await bills.sim.bills())) == (0, 1)
    await bills.assert_honest()


async def test_a_reference_that_pays_and_buys_at_once_does_one_of_both(bills: BillCounter) -> None:
    found = await bills.finds()
    order = MemberOrder(member(), "xld10", "087800001230", found.ref_id)
    word, placed = await asyncio.gather(bills.says(found), order_many(bills.desk, [order]))
    if isinstance(placed[0], Placed):
        assert word == "ref_id_reused"
    else:
        assert (word, getattr(placed[0], "code", "")) == ("taken", "ref_id_reused")
    while await bills.work():
        pass
    assert len((await bills.sim.books())["transactions"]) == 1
    assert await bills.account(f"provider:{ACCOUNT}") != 0
    await bills.assert_honest()


async def test_a_check_made_anew_and_a_payment_at_once_are_one_bill(bills: BillCounter) -> None:
    """Its day is over at that very moment: the old check pays nothing, the new one does."""
    found = await bills.finds()
    assert found.expires_at is not None
    await bills.later((found.expires_at - bills.clock.now()).total_seconds() + 300)
    word, anew = await asyncio.gather(bills.says(found), bills.checks())
    assert word in {"bill_expired", "bill_not_checked"}
    assert anew.is_found
    assert await bills.says(anew) == "taken"
    await bills.work()
    assert await bills.commands() == ["inq-pasca", "inq-pasca", "pay-pasca"]
    await bills.assert_honest()


async def test_hints_at_once_about_a_paid_bill_are_one_question(bills: BillCounter) -> None:
    """It has ended, so no lease keeps them apart; each is heard in the end."""
    paid = await bills.takes()
    await bills.work()
    await bills.later(60)
    reference = (await bills.attempt(paid.order.id)).reference
    for n in range(3):
        await bills.knock(reference, note=f"webhook {n}")
    assert await bills.read_inbox() == 3
    assert await bills.commands() == ["inq-pasca", "pay-pasca", "status-pasca"]
    for _ in range(2):
        await bills.later(60)
        await bills.read_inbox()
    await bills.later(60)
    assert await bills.read_inbox() == 0
    assert await bills.state(paid.order.id) == "delivered"
    await bills.assert_honest()
