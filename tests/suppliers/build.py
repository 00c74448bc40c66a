"""A desk that talks to the local Digiflazz over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.money import Rupiah
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.desk import SuppliersDesk
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.wire import Wire
from tests.sim_process import PROD_KEY, USERNAME, Sim

ACCOUNT = "digiflazz-main"


@asynccontextmanager
async def suppliers_desk(
    db: Database,
    clock: Clock,
    base_url: str,
    *,
    gap_s: float = 300,
    list_age_s: float = 3600,
) -> AsyncIterator[SuppliersDesk]:
    provider = Digiflazz(
        DigiflazzSettings(
            username=USERNAME,
            api_key=PROD_KEY,
            base_url=base_url,
            account=ACCOUNT,
            price_list_gap_s=gap_s,
        )
    )
    wire = Wire(clock)
    desk = SuppliersDesk(
        db=db,
        clock=clock,
        wire=wire,
        providers={ACCOUNT: provider},
        low_deposit=Rupiah(100_000),
        list_age=timedelta(seconds=list_age_s),
    )
    await ensure_accounts(desk)
    try:
        yield desk
    finally:
        await wire.close()


async def lists_asked(sim: Sim) -> int:
    """How often the simulator was asked for its price list."""
    return sum(call["path"].endswith("/price-list") for call in await sim.calls())
