"""A house closes, whatever its chores are doing in that moment."""

from __future__ import annotations

import asyncio

from konter.app import open_house
from tests.shop import quick_settings
from tests.sim_process import Sim
from tests.two_shops import okeconnect_settings

NOBODY = Sim("http://127.0.0.1:1")
DIGI, OKE = "digiflazz-main", "okeconnect-main"


async def test_a_house_closes_while_a_hint_waits_for_its_connection(conninfo: str) -> None:
    """The hint gets the connection in the very moment it is cancelled; that must not be lost."""
    for turns in range(12):
        async with (
            asyncio.timeout(10),
            open_house(quick_settings(conninfo, NOBODY)) as house,
            house.db.read(),
        ):
            house.hints.due()
            for _ in range(turns):
                await asyncio.sleep(0)


async def test_every_account_pays_bills_and_meters_are_asked_where_one_can(conninfo: str) -> None:
    settings = quick_settings(conninfo, NOBODY, **okeconnect_settings(NOBODY))
    async with open_house(settings) as house:
        assert list(house.orders.providers) == list(house.orders.billers) == [DIGI, OKE]
        assert house.orders.billers is house.suppliers.billers
        assert list(house.orders.meter_readers) == [DIGI]
        timeout_s = settings.upstream_timeout_s.check
        assert {one.traits.call_timeouts_s["check"] for one in house.orders.billers.values()} == {
            timeout_s
        }
