"""A report's figures are the ledger's, whatever it is about and whatever has happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from konter.kernel.clock import business_date
from konter.kernel.errors import Invalid
from konter.ledger.read import account_sums
from konter.orders.report_sales import By, Report, Sum, report_sales
from konter.orders.resolve import Decision, resolve
from tests.orders.any_sequence import Story, stories
from tests.orders.counter import ACCOUNT, COST, PRICE, Counter

NUMBER = "087800009999"

GIVEN_BACK = """
SELECT coalesce(sum(CASE WHEN kind IN ('release', 'dispute_reverse') THEN amount
                         WHEN kind = 'dispute_charge' THEN -amount ELSE 0 END), 0)::bigint
FROM ledger.transfers WHERE order_id IS NOT NULL
"""


async def reports(counter: Counter) -> dict[By, Report]:
    """All four, of the last days."""
    today = business_date(counter.clock.now())
    since = today - timedelta(days=300)
    async with counter.db.snapshot() as tx:
        return {by: await report_sales(tx, by, since=since, until=today) for by in By}


async def assert_figures_are_the_ledgers(counter: Counter) -> dict[By, Report]:
    found = await reports(counter)
    async with counter.db.snapshot() as tx:
        sums = await account_sums(tx)
        row = await tx.row(GIVEN_BACK)
        orders = await tx.row("SELECT count(*) FROM orders.orders")
    assert row is not None and orders is not None
    for by, report in found.items():
        total = report.total
        assert total.sales == sums.get("sales", 0), by
        assert total.cost == -sums.get("cost", 0), by
        assert total.losses == -sums.get("losses", 0), by
        assert total.refunds == row[0], by
        assert total.orders == orders[0], by
        for name in ("orders", "succeeded", "sales", "cost", "losses", "refunds", "margin"):
            parts = sum(getattr(line, name) for line in report.lines)
            assert parts == getattr(total, name), (by, name)
    return found


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(stories)
async def test_after_any_sequence_of_news_the_reports_agree_with_the_accounts(
    counter: Counter, steps: list[tuple[str, int, int]]
) -> None:
    await counter.begin_again()
    story = Story(counter)
    await story.play(("place", 2, 0))
    for step in steps:
        await story.play(step)
    await assert_figures_are_the_ledgers(counter)


async def test_each_line_tells_its_day_product_buyer_and_account(counter: Counter) -> None:
    delivered = await counter.buys(NUMBER)
    await counter.work()
    found = await assert_figures_are_the_ledgers(counter)
    day = business_date(counter.clock.now()).isoformat()
    line = Sum(day, False, "", 1, 1, PRICE, COST, 0, 0)
    assert list(found[By.DAY].lines) == [line]
    assert (line.margin, line.success_points) == (PRICE - COST, 10_000)
    assert found[By.PRODUCT].lines[0].key == delivered.product_code
    assert found[By.PRODUCT].lines[0].name == delivered.product_name
    assert found[By.MEMBER].lines[0].key == str(delivered.user_id)
    assert found[By.PROVIDER].lines[0].key == ACCOUNT


@pytest.mark.parametrize("decision", [Decision.ABSORB, Decision.CHARGE])
async def test_a_dispute_is_told_as_it_was_decided(counter: Counter, decision: Decision) -> None:
    await counter.sim.script(NUMBER, {"do": "fail", "rc": "54"})
    order = await counter.buys(NUMBER)
    await counter.work()
    found = await assert_figures_are_the_ledgers(counter)
    assert found[By.DAY].total.refunds == PRICE
    await counter.sim.settle(order.code, "Sukses", webhook=False)
    await counter.callback(order.code)
    await assert_figures_are_the_ledgers(counter)
    await resolve(counter.desk, order.id, decision, actor="rina", reason="bukti SN")
    total = (await assert_figures_are_the_ledgers(counter))[By.PROVIDER].total
    assert total.margin == (-COST if decision is Decision.ABSORB else PRICE - COST)


async def test_a_range_without_sense_or_end_is_refused(counter: Counter) -> None:
    today = business_date(counter.clock.now())
    async with counter.db.read() as tx:
        for since in (today + timedelta(days=1), today - timedelta(days=366)):
            with pytest.raises(Invalid):
                await report_sales(tx, By.DAY, since=since, until=today)
        empty = today - timedelta(days=900)
        report = await report_sales(tx, By.DAY, since=empty, until=empty)
    assert (list(report.lines), report.total.orders, report.is_cut) == ([], 0, False)
