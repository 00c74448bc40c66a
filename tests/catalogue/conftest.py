"""A catalogue over the local Digiflazz; the list may be asked for as often as a test likes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from konter.catalogue.desk import CatalogueDesk
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.money import Rupiah
from tests.conftest import ManualClock
from tests.sim_process import Sim, running_sim
from tests.suppliers.build import suppliers_desk


@pytest.fixture(scope="module")
def simulator() -> Iterator[Sim]:
    with running_sim() as sim:
        yield sim


@pytest.fixture
async def sim(simulator: Sim) -> AsyncIterator[Sim]:
    await simulator.reset(price_list_gap_s=0)
    yield simulator
    assert await simulator.breaches() == []


@pytest.fixture
async def desk(
    db: Database, clock: ManualClock, ids: IdBlocks, sim: Sim
) -> AsyncIterator[CatalogueDesk]:
    async with suppliers_desk(db, clock, sim.digiflazz_url, gap_s=0, list_age_s=0) as suppliers:
        yield CatalogueDesk(
            db=db,
            clock=clock,
            ids=ids,
            suppliers=suppliers,
            providers=suppliers.providers,
            minimum_margin=Rupiah(100),
            development=False,
        )
