"""A house closes, whatever its chores are doing in that moment."""

from __future__ import annotations

import asyncio

from konter.app import open_house
from tests.shop import quick_settings
from tests.sim_process import Sim

NOBODY = Sim("http://127.0.0.1:1")


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
