"""A supplier's report and our attempts: every difference is named and kept, and nothing moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from konter.hooks import tasks
from konter.kernel.clock import business_date
from konter.kernel.errors import Invalid
from konter.ledger.read import account_sums
from konter.orders.compare_supplier import SupplierDifferenceKind as Kind
from konter.orders.end import Verdict, end
from konter.orders.read import OrderView
from konter.orders.read_supplier_report import Naming, SupplierReport, read_supplier_report
from konter.orders.reconcile_supplier import MOST_KEPT, Comparison, Days, reconcile_supplier
from konter.orders.supplier_reconciled import NoSuchReport, supplier_report, supplier_reports
from konter.suppliers.desk import NoSuchAccount
from tests.orders.counter import ACCOUNT, COST, Counter
from tests.orders.oke_bills import LIGHT, open_oke_bills
from tests.orders.two_suppliers import DIGI, OKE, TwoSuppliers
from tests.sim_process import Sim
from tests.warm import by_owner

FAILS = {"do": "fail", "rc": "54"}
DAY_S = 86_400


@pytest.fixture
async def counter(counter: Counter) -> AsyncIterator[Counter]:
    await by_owner(counter.db.conninfo, "DELETE FROM orders.supplier_reports")
    yield counter


async def their_rows(counter: Counter) -> list[list[str]]:
    """As Digiflazz has them in its books: reference, state, price."""
    books = await counter.sim.books()
    return [[row["ref_id"], row["status"], str(row["price"])] for row in books["transactions"]]


def as_report(rows: list[list[str]]) -> SupplierReport:
    texts = [";".join(row) for row in (["Ref ID", "Status", "Harga"], *rows)]
    return read_supplier_report("\n".join(texts), Naming())


async def the_day_after(counter: Counter) -> Days:
    day = business_date(counter.clock.now())
    await counter.later(DAY_S)
    return Days(day, day)


async def compared(
    counter: Counter, days: Days, rows: list[list[str]], account: str = ACCOUNT
) -> Comparison:
    """And no money moved by it."""
    async with counter.db.read() as tx:
        before = await account_sums(tx)
    made = await reconcile_supplier(counter.desk, account, days, as_report(rows), by="rina")
    async with counter.db.read() as tx:
        assert await account_sums(tx) == before
    return made


async def bought(counter: Counter, number: str, **script: object) -> OrderView:
    if script:
        await counter.sim.script(number, script)
    order = await counter.buys(number)
    await counter.work()
    return order


async def open_tasks(counter: Counter) -> list[tasks.OpenTask]:
    async with counter.db.read() as tx:
        found = await tasks.open_tasks(tx)
    return [task for task in found if task.kind == "supplier_reconciliation"]


def named(made: Comparison) -> dict[Kind, str | None]:
    """Each kind once, with its reference."""
    found = {one.kind: one.reference for one in made.differences}
    assert len(found) == len(made.differences)
    return found


async def test_a_day_that_agrees_with_their_books_has_no_difference(counter: Counter) -> None:
    """Delivered, refused, and still pending on both sides."""
    for number in ("087800009990", "087800009991"):
        await bought(counter, number)
    await bought(counter, "087800009992", **FAILS)
    await bought(counter, "087800009993", do="pending", then="never")
    rows = await their_rows(counter)
    assert sorted(row[1] for row in rows) == ["Gagal", "Pending", "Sukses", "Sukses"]
    made = await compared(counter, await the_day_after(counter), rows)
    assert (made.differences, made.rows, made.known, made.ours) == ((), 4, 4, 3)
    assert await open_tasks(counter) == []


async def test_one_difference_of_every_kind_on_one_day_is_named_each(counter: Counter) -> None:
    fine = await bought(counter, "087800009990")
    lost = await bought(counter, "087800009991")
    dear = await bought(counter, "087800009992")
    torn = await bought(counter, "087800009993")
    twice = await bought(counter, "087800009994")
    failed = await bought(counter, "087800009995", **FAILS)
    unclear = await bought(counter, "087800009996", do="pending", then="never")
    ended = await bought(counter, "087800009997", do="pending", then="never")
    await counter.later(60)
    await end(counter.desk, ended.id, Verdict.DELIVERED, actor="rina", reason="dilihat di panel")
    blurred = await bought(counter, "087800009998")
    rows = {row[0]: row for row in await their_rows(counter)}
    del rows[lost.code]
    rows[dear.code][2] = str(COST + 5)
    rows[torn.code][1] = "Gagal"
    rows[failed.code][1:] = ["Sukses", "10.000"]
    rows[unclear.code][1] = "Sukses"
    rows[blurred.code][2] = "lunas"
    stranger = ["ORANG-LAIN", "Sukses", "5.000"]
    days = await the_day_after(counter)
    made = await compared(counter, days, [*rows.values(), rows[twice.code], stranger])
    assert named(made) == {
        Kind.DELIVERED_THERE: failed.code,
        Kind.FAILED_THERE: torn.code,
        Kind.MISSING_THERE: lost.code,
        Kind.TWICE: twice.code,
        Kind.COST: dear.code,
        Kind.UNDECIDED_HERE: unclear.code,
        Kind.UNDECIDED_THERE: ended.code,
        Kind.MISSING_HERE: "ORANG-LAIN",
        Kind.UNREADABLE: blurred.code,
    }
    assert fine.code not in named(made).values()
    by_kind = {one.kind: one for one in made.differences}
    assert by_kind[Kind.COST].our_cost == COST and by_kind[Kind.COST].their_cost == COST + 5
    assert by_kind[Kind.DELIVERED_THERE].order_state == "failed"
    async with counter.db.read() as tx:
        kept = await supplier_report(tx, made.id)
        (listed,) = await supplier_reports(tx)
    assert kept.differences == list(made.differences) and kept.counts == made.counts
    assert (listed.id, listed.total, listed.differences) == (made.id, 9, [])
    assert (kept.asked_by, kept.account, kept.since, kept.until) == (
        "rina", ACCOUNT, days.since, days.until,
    )  # fmt: skip
    (task,) = await open_tasks(counter)
    assert task.subject == f"supplier_report:{ACCOUNT} {days.since}"
    assert "delivered_there 1" in task.detail and "unreadable 1" in task.detail
    assert counter.clock.now() == task.opened_at
    assert await counter.breaches() == []


async def test_a_repeat_of_the_same_differences_opens_no_second_task(counter: Counter) -> None:
    """Nor in another order or dialect, nor after a person has closed it; another one does."""
    lost, dear = await bought(counter, "087800009990"), await bought(counter, "087800009991")
    rows = {row[0]: row for row in await their_rows(counter)}
    whole = [list(row) for row in rows.values()]
    del rows[lost.code]
    rows[dear.code][2] = "1"
    days = await the_day_after(counter)
    first, again = await asyncio.gather(
        compared(counter, days, list(rows.values())), compared(counter, days, list(rows.values()))
    )
    assert first.id == again.id
    (task,) = await open_tasks(counter)
    async with counter.db.transaction() as tx:
        assert await tasks.close_one(tx, task.id, at=counter.clock.now(), by="rina")
    other = await compared(counter, days, [*rows.values(), ["X", "Gagal", ""]])
    assert other.is_news and other.id != first.id
    (second,) = await open_tasks(counter)
    async with counter.db.transaction() as tx:
        assert await tasks.close_one(tx, second.id, at=counter.clock.now(), by="rina")
    padded = [["X", "failed", "-"], *rows.values()]
    repeat = await compared(counter, days, padded)
    assert (repeat.is_news, repeat.counts) == (False, other.counts)
    assert await open_tasks(counter) == []
    await counter.later(60)
    assert (await compared(counter, days, list(rows.values()))).is_news, "it differs from the last"
    (third,) = await open_tasks(counter)
    assert (await compared(counter, days, whole)).differences == ()
    assert await open_tasks(counter) == [], "a report that agrees closes it"
    assert third.id != task.id


async def test_only_what_left_on_those_days_must_be_there(counter: Counter) -> None:
    before = await bought(counter, "087800009990")
    days = await the_day_after(counter)
    held = await counter.buys("087800009991")
    await bought(counter, "087800009992")
    assert held.code
    rows = await their_rows(counter)
    next_day = await the_day_after(counter)
    made = await compared(counter, next_day, rows)
    assert (made.known, made.ours, made.differences) == (3, 2, ()), "an older row is known, too"
    later = [row for row in rows if row[0] != before.code]
    assert (await compared(counter, next_day, later)).differences == ()
    assert named(await compared(counter, days, later)) == {Kind.MISSING_THERE: before.code}
    both = Days(days.since, next_day.until)
    assert named(await compared(counter, both, later)) == {Kind.MISSING_THERE: before.code}


async def test_what_is_not_over_or_too_long_is_refused(counter: Counter) -> None:
    today = business_date(counter.clock.now())
    rows = [["X", "Sukses", "1"]]

    async def fault(since: date, until: date) -> str:
        with pytest.raises(Invalid) as caught:
            await compared(counter, Days(since, until), rows)
        return next(iter(caught.value.errors))

    def day(ago: int) -> date:
        return today - timedelta(days=ago)

    assert await fault(day(1), day(0)) == "until"
    assert await fault(day(0), day(0)) == "until"
    assert await fault(day(1), day(2)) == "since"
    assert await fault(day(32), day(1)) == "since"
    assert (await compared(counter, Days(day(31), day(1)), rows)).rows == 1
    with pytest.raises(NoSuchAccount):
        await compared(counter, Days(day(1), day(1)), rows, account="siapa")
    async with counter.db.read() as tx:
        with pytest.raises(NoSuchReport):
            await supplier_report(tx, 2**53 - 1)


async def test_a_flood_of_differences_is_counted_whole_and_kept_in_part(counter: Counter) -> None:
    lost = await bought(counter, "087800009990")
    days = await the_day_after(counter)
    made = await compared(counter, days, [[f"X{n}", "Sukses", "1"] for n in range(MOST_KEPT + 5)])
    async with counter.db.read() as tx:
        kept = await supplier_report(tx, made.id)
    assert kept.total == MOST_KEPT + 6 and len(kept.differences) == MOST_KEPT
    assert kept.differences[0].reference == lost.code, "the gravest are kept"


async def test_a_purchase_of_another_account_is_named_and_a_whole_report_of_one_refused(
    both: TwoSuppliers,
) -> None:
    await by_owner(both.db.conninfo, "DELETE FROM orders.supplier_reports")
    there = await bought(both, "087800009990")
    await both.tries_first(DIGI)
    here = await bought(both, "087800009991")
    assert (await both.attempt(there.id)).account == OKE
    days = await the_day_after(both)
    ours, theirs = [here.code, "Sukses", str(COST)], [there.code, "Sukses", "10.000"]
    made = await compared(both, days, [ours, theirs])
    assert named(made) == {Kind.OTHER_ACCOUNT: there.code}
    with pytest.raises(Invalid, match=OKE) as caught:
        await compared(both, days, [theirs, ["X", "Gagal", ""]])
    assert list(caught.value.errors) == ["account"]
    rows = [theirs]
    at_oke = await compared(both, days, rows, account=OKE)
    assert at_oke.ours == 1


@pytest.mark.parametrize("is_paid", [True, False])
async def test_a_question_about_a_bill_that_they_list_as_a_purchase_is_known(
    stocked_with_their_bills: str, sim: Sim, is_paid: bool
) -> None:
    """OkeConnect asks under one reference and pays under another; both stand in its report."""
    async with open_oke_bills(stocked_with_their_bills, sim, inquiry_at_once=True) as bills:
        await by_owner(bills.db.conninfo, "DELETE FROM orders.supplier_reports")
        found = await bills.finds(product=LIGHT)
        if is_paid:
            paid = await bills.pays_bill(found)
            await bills.work()
            await bills.decided((await bills.attempt(paid.order.id)).reference)
            await bills.later(60)
            await bills.work()
            assert await bills.state(paid.order.id) == "delivered"
        formed = (await bills.oke.books())["transactions"]
        rows = [[row["ref_id"], "Sukses", str(row["price"])] for row in formed]
        assert len(rows) == 1 + is_paid
        made = await compared(bills, await the_day_after(bills), rows, account=OKE)
        assert (made.differences, made.known, made.ours) == ((), 1 + is_paid, int(is_paid))
