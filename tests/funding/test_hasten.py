"""A person's refresh: the question is brought forward, within the gateways' rules."""

from __future__ import annotations

from datetime import timedelta

from konter.funding.hasten import hasten
from konter.funding.states import Purpose
from konter.funding.store import Invoice
from tests.funding.cashier import Cashier, paid


async def refresh(cashier: Cashier, invoice: Invoice) -> float | None:
    """Seconds until it is asked."""
    due = await hasten(cashier.desk, Purpose.ORDER, invoice.purpose_id)
    return None if due is None else (due - cashier.clock.now()).total_seconds()


async def test_a_question_that_was_never_asked_is_due_at_once(cashier: Cashier) -> None:
    for gateway in ("ipaymu", "tripay"):
        invoice = await cashier.opened(gateway)
        cashier.hints.due = 0
        assert await refresh(cashier, invoice) == 0
        assert cashier.hints.due == 1
        assert await cashier.ask() == 1


async def test_impatience_breaks_no_rule_of_theirs(cashier: Cashier) -> None:
    invoices = [await cashier.opened("tripay"), await cashier.opened("ipaymu")]
    for invoice in invoices:
        await refresh(cashier, invoice)
    assert await cashier.ask() == 2
    for invoice in invoices:
        assert await refresh(cashier, invoice) == 10
        assert await refresh(cashier, invoice) == 10
    assert await cashier.ask() == 0
    await cashier.later(4)
    assert [await refresh(cashier, invoice) for invoice in invoices] == [6, 6]
    await cashier.later(6)
    assert await cashier.ask() == 2
    await cashier.assert_honest()


async def test_a_refresh_never_puts_a_question_off(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await cashier.later(31)
    assert await refresh(cashier, invoice) == -1


async def test_all_links_of_an_order_are_asked_about(cashier: Cashier) -> None:
    first = await cashier.opened("tripay")
    await cashier.opened("ipaymu", order_id=first.purpose_id)
    await cashier.opened("tripay")
    assert await refresh(cashier, first) == 0
    assert await cashier.ask() == 2


async def test_while_it_is_being_asked_there_is_nothing_to_hasten(cashier: Cashier) -> None:
    invoice = await cashier.opened("tripay")
    await refresh(cashier, invoice)
    assert len(await cashier.claim()) == 1
    assert await refresh(cashier, invoice) is None


async def test_where_nothing_is_open_there_is_nothing_to_ask(cashier: Cashier) -> None:
    invoice = await cashier.opened("ipaymu")
    await cashier.hear_of(invoice, "X1")
    await cashier.told((await cashier.payment(invoice))["id"], paid())
    assert await refresh(cashier, invoice) is None
    assert await hasten(cashier.desk, Purpose.DEPOSIT, invoice.purpose_id) is None


async def test_a_hint_during_a_search_makes_another_one(cashier: Cashier) -> None:
    """Whoever hears a callback that names no transaction brings the search forward."""
    invoice = await cashier.opened("ipaymu")
    await cashier.later(300)
    (job,) = await cashier.claim()
    async with cashier.db.transaction() as tx:
        sql = "UPDATE funding.invoices SET next_action_at = %s"
        await tx.run(sql, [cashier.clock.now()])
    await cashier.do(job)
    row = await cashier.row(invoice)
    assert row["next_action_at"] == cashier.clock.now() + timedelta(seconds=10)
