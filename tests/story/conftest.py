"""One simulator for the session, made new for each story; a shop on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.shop import GAP_S, WEBHOOK_SECRET, Shop, open_shop
from tests.sim_process import Sim


@pytest.fixture
async def sim(sim_process: Sim) -> Sim:
    """A Digiflazz whose minutes are fractions of a second, like the shop's."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_delay_ms=100,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
        silence_seconds=5,
    )
    return sim_process


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_shop(conninfo, sim) as shop:
        yield shop
