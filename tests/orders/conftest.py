"""One simulator and one stocked database for this folder, both made new for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.landlord import cloned
from tests.orders.bill_counter import BillCounter, open_bill_counter, stock_bills
from tests.orders.counter import GAP_S, SECRET, Counter, open_counter, stock
from tests.orders.oke_bills import stock_their_bills
from tests.orders.two_suppliers import TwoSuppliers, open_two_suppliers, stock_both
from tests.sim_process import Sim

OPTIONS = {"webhook_secret": SECRET, "repost_gap_s": GAP_S, "price_list_gap_s": 0}


@pytest.fixture(scope="session")
def stocked(server_conninfo: str, template: str, shared_sim: Sim) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        asyncio.run(_stock(fresh, shared_sim))
        yield fresh


async def _stock(conninfo: str, sim: Sim) -> None:
    await sim.reset(**OPTIONS)
    await stock(conninfo, sim)


@pytest.fixture
async def sim(sim_process: Sim) -> Sim:
    await sim_process.reset(**OPTIONS)
    return sim_process


@pytest.fixture
async def counter(stocked: str, sim: Sim) -> AsyncIterator[Counter]:
    async with open_counter(stocked, sim) as counter:
        yield counter


@pytest.fixture(scope="session")
def stocked_by_two(server_conninfo: str, template: str, shared_sim: Sim) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        asyncio.run(_stock_by_two(fresh, shared_sim))
        yield fresh


async def _stock_by_two(conninfo: str, sim: Sim) -> None:
    await sim.reset(**OPTIONS)
    await stock_both(conninfo, sim)


@pytest.fixture
async def both(stocked_by_two: str, sim: Sim) -> AsyncIterator[TwoSuppliers]:
    """A counter that buys at Digiflazz and at OkeConnect, there first."""
    async with open_two_suppliers(stocked_by_two, sim) as counter:
        yield counter


@pytest.fixture(scope="session")
def stocked_with_bills(server_conninfo: str, template: str, shared_sim: Sim) -> Iterator[str]:
    with cloned(server_conninfo, template) as fresh:
        asyncio.run(_stock_with_bills(fresh, shared_sim))
        yield fresh


async def _stock_with_bills(conninfo: str, sim: Sim) -> None:
    await sim.reset(**OPTIONS)
    await stock_bills(conninfo, sim)


@pytest.fixture
async def bills(stocked_with_bills: str, sim: Sim) -> AsyncIterator[BillCounter]:
    """A counter that also checks and pays bills."""
    async with open_bill_counter(stocked_with_bills, sim) as counter:
        yield counter


@pytest.fixture(scope="session")
def stocked_with_their_bills(server_conninfo: str, template: str, shared_sim: Sim) -> Iterator[str]:
    """OkeConnect's bills, beside Digiflazz's."""
    with cloned(server_conninfo, template) as fresh:
        asyncio.run(_stock_with_their_bills(fresh, shared_sim))
        yield fresh


async def _stock_with_their_bills(conninfo: str, sim: Sim) -> None:
    await sim.reset(**OPTIONS)
    await sim.okeconnect.reset()
    await stock_their_bills(conninfo, sim)
