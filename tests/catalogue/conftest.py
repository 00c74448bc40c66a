"""A catalogue over the local Digiflazz; the list may be asked for as often as a test likes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from konter.catalogue.desk import CatalogueDesk
from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.money import Rupiah
from konter.suppliers.accounts import ensure_accounts
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from tests.catalogue.shelf import sync
from tests.conftest import ManualClock
from tests.sim_process import Sim
from tests.suppliers.build import suppliers_desk


@pytest.fixture
async def sim(sim_process: Sim) -> AsyncIterator[Sim]:
    await sim_process.reset(price_list_gap_s=0)
    yield sim_process
    assert await sim_process.breaches() == []


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


@pytest.fixture
async def both(desk: CatalogueDesk, sim: Sim) -> AsyncIterator[CatalogueDesk]:
    """Synced from the first; the second is configured beside it."""
    await sim.okeconnect.reset()
    second = Okeconnect(
        OkeconnectSettings(
            member_id="OK00123",
            pin="123456",
            password="rahasia",
            base_url=sim.okeconnect.url,
            price_list_url=sim.okeconnect.price_list_url,
            price_list_gap_s=0,
        )
    )
    providers = {**desk.providers, second.account: second}
    suppliers = replace(desk.suppliers, providers=providers)
    await ensure_accounts(suppliers)
    await sync(desk)
    yield replace(desk, suppliers=suppliers, providers=providers)
