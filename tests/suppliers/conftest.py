"""One simulator for the room's tests, made new before each, and without a breach after it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from konter.db.pool import Database
from konter.suppliers.desk import SuppliersDesk
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import suppliers_desk


@pytest.fixture
async def sim(sim_process: Sim) -> AsyncIterator[Sim]:
    await sim_process.reset()
    yield sim_process
    assert await sim_process.breaches() == []


@pytest.fixture
async def desk(db: Database, clock: ManualClock, sim: Sim) -> AsyncIterator[SuppliersDesk]:
    async with suppliers_desk(db, clock, sim.digiflazz_url) as made:
        yield made
