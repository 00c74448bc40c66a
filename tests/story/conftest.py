"""One simulator for the session, made new for each story; a shop on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from konter.app import open_house
from tests.landlord import cloned, lent
from tests.shop import GAP_S, WEBHOOK_SECRET, Shop, open_stocked_shop, quick_settings, stock
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


@pytest.fixture(scope="session")
async def stocked_template(
    server_conninfo: str, template: str, shared_sim: Sim
) -> AsyncIterator[str]:
    """The name of a database whose shop has its goods and its deposit: each would take as long to
    stock as a story takes."""
    await shared_sim.reset(price_list_gap_s=0)
    with cloned(server_conninfo, template) as conninfo:
        async with open_house(quick_settings(conninfo, shared_sim)) as house:
            await stock(house, shared_sim)
        yield str(psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"])


@pytest.fixture
async def shop(server_conninfo: str, stocked_template: str, sim: Sim) -> AsyncIterator[Shop]:
    with lent(server_conninfo, stocked_template) as conninfo:
        async with open_stocked_shop(conninfo, sim) as shop:
            yield shop
