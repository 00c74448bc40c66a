"""An upstream is tried once for all who ask, not too often, and by another worker if one died."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from konter.db.pool import Database
from konter.jobs.run import Wake
from konter.suppliers import override
from konter.suppliers.desk import SuppliersDesk
from konter.suppliers.price_list import PriceListTooSoon, fetch_price_list
from konter.suppliers.probes import (
    GAP,
    LEASE,
    Finding,
    ProbeDesk,
    ask_probes,
    latest_probes,
    work_list,
)
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import ACCOUNT, lists_asked

SUBJECT = f"supplier:{ACCOUNT}"


@dataclass
class Upstream:
    tried: int = 0
    says: list[Finding] = field(default_factory=lambda: [Finding("balance", True, number=5)])

    async def __call__(self) -> Sequence[Finding]:
        self.tried += 1
        return self.says


def probe_desk(db: Database, clock: ManualClock, upstream: Upstream) -> ProbeDesk:
    return ProbeDesk(db, clock, {SUBJECT: upstream}, lambda: None)


async def asks(desk: ProbeDesk, *subjects: str) -> list[str]:
    async with desk.db.transaction() as tx:
        return await ask_probes(tx, desk, subjects or (SUBJECT,), by="ani@example.com")


async def works(desk: ProbeDesk) -> int:
    jobs = await work_list(desk, wake=Wake()).take(10)
    for job in jobs:
        await job()
    return len(jobs)


async def test_two_wishes_are_one_test_and_a_third_waits(db: Database, clock: ManualClock) -> None:
    upstream = Upstream()
    desk = probe_desk(db, clock, upstream)
    assert await asks(desk) == [SUBJECT]
    assert await asks(desk) == [] and await asks(desk, "supplier:stranger") == []
    assert (await latest_probes(desk, [SUBJECT]))[SUBJECT].done_at is None
    assert (await works(desk), await works(desk), upstream.tried) == (1, 0, 1)
    clock.advance(GAP.total_seconds() - 1)
    assert await asks(desk) == []
    clock.advance(1)
    upstream.says = [Finding("refused", False, "wrong sign", advice="keys")]
    assert await asks(desk) == [SUBJECT]
    assert await works(desk) == 1
    latest = (await latest_probes(desk, [SUBJECT]))[SUBJECT]
    assert (latest.is_good, latest.findings) == (False, tuple(upstream.says))
    assert (latest.asked_by, latest.done_at) == ("ani@example.com", clock.now())


async def test_a_test_whose_worker_died_is_done_by_another(
    db: Database, clock: ManualClock
) -> None:
    upstream = Upstream()
    desk = probe_desk(db, clock, upstream)
    await asks(desk)
    died = await work_list(desk, wake=Wake()).take(10)
    assert (len(died), await works(desk)) == (1, 0)
    clock.advance(LEASE.total_seconds() + 1)
    assert await works(desk) == 1
    upstream.says = [Finding("silent", False)]
    await died[0]()
    assert (await latest_probes(desk, [SUBJECT]))[SUBJECT].is_good, "it came too late to say"


async def test_a_desk_of_pages_asks_no_upstream_for_its_list(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    page = replace(desk, may_ask=False)
    with pytest.raises(PriceListTooSoon):
        await fetch_price_list(page, ACCOUNT)
    await fetch_price_list(desk, ACCOUNT)
    clock.advance(86_400)
    assert (await fetch_price_list(page, ACCOUNT, force=True)).age.total_seconds() == 86_400
    assert await lists_asked(sim) == 1


async def test_a_breaker_that_is_let_go_may_be_tried_at_once(
    desk: SuppliersDesk, clock: ManualClock
) -> None:
    async with desk.db.transaction() as tx:
        assert not await override.let_go(tx, ACCOUNT, "ml5", at=clock.now())
        await override.hold_open(tx, ACCOUNT, "ml5", by="ani", at=clock.now())
        assert await override.let_go(tx, ACCOUNT, "ml5", at=clock.now())
        (shown,) = await override.list_breakers(tx, at=clock.now())
    assert (shown.state, shown.breaker.opened_by) == ("probing", None)
