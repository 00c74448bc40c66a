"""The work lists: what is due is made and asked about without anybody's hand."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from konter.funding.desk import PayTimes
from konter.funding.work import links, questions
from konter.jobs.run import Runner, Wake
from konter.kernel.clock import SystemClock
from konter.upstreams.wire import Wire
from tests.funding.cashier import Cashier


async def test_links_are_made_and_payments_found_by_themselves(cashier: Cashier) -> None:
    invoices = [await cashier.want(code) for code in ("ipaymu", "tripay") for _ in range(3)]
    ahead = cashier.clock.now() - SystemClock().now()
    clock = RunningClock(ahead.total_seconds())
    wire = Wire(clock)
    times = PayTimes(first_ask=0.05, rarest_ask=0.2, min_gap=0.05)
    await cashier.sim.tripay.options(poll_gap_s=0)
    await cashier.sim.ipaymu.options(poll_gap_s=0)
    desk = replace(cashier.desk, clock=clock, wire=wire, times=times)
    runner = Runner([links(desk, wake=Wake()), questions(desk, wake=Wake())], poll_s=0.05)
    running = asyncio.create_task(runner.run())
    try:
        for invoice in invoices:
            while not (await cashier.latest(invoice.purpose_id)).is_made:
                await asyncio.sleep(0.02)
            wish = {"channel": "mpm"} if invoice.gateway == "ipaymu" else {}
            await cashier.gateway(invoice.gateway).pay(invoice.reference, **wish)
        while (await cashier.sums()).get("unapplied") != 300_000:
            await asyncio.sleep(0.02)
    finally:
        runner.stop()
        await running
        await wire.close()
    assert [p["state"] for p in await cashier.payments()] == ["unapplied"] * 6
    assert await cashier.breaches() == []


class RunningClock(SystemClock):
    """Real time, so many seconds ahead."""

    def __init__(self, ahead_s: float) -> None:
        self._ahead_s = ahead_s

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead_s)
