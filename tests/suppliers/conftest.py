"""One simulator for the room's tests, made new before each, and without a breach after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from konter.db.pool import Database
from konter.suppliers.desk import SuppliersDesk
from tests.conftest import ManualClock
from tests.sim_process import Sim, running_sim
from tests.suppliers.build import suppliers_desk


@pytest.fixture(scope="module")
def simulator() -> Iterator[Sim]:
    with running_sim() as sim:
        yield sim


@pytest.fixture
async def sim(simulator: Sim) -> AsyncIterator[Sim]:
    await simulator.reset()
    yield simulator
    assert await simulator.breaches() == []


@pytest.fixture
async def desk(db: Database, clock: ManualClock, sim: Sim) -> AsyncIterator[SuppliersDesk]:
    async with suppliers_desk(db, clock, sim.digiflazz_url) as made:
        yield made
