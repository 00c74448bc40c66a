"""Killed with -9 around the commits of checking and paying bills: each is paid at most once."""

from __future__ import annotations

import multiprocessing.context
from collections.abc import AsyncIterator

import pytest

from konter.app import open_house
from konter.catalogue.sync_bills import sync_bills
from tests import bill_child
from tests.bill_child import MONEY, AfterBills, BillPlace
from tests.deaths import Deaths, kiln_with
from tests.landlord import cloned
from tests.mortal import BUYER, GAP_S, some_of
from tests.shop import ACCOUNT, WEBHOOK_SECRET, stock
from tests.sim_process import Sim
from tests.story.payers import new_payer


@pytest.fixture(scope="module")
def kiln() -> multiprocessing.context.ForkServerContext:
    return kiln_with(bill_child.__name__)


@pytest.fixture
async def place(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[BillPlace]:
    """A shop with one member, never opened itself: each death has a copy of its database."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
        silence_seconds=0.03,
        deposit=500_000_000,
    )
    with cloned(server_conninfo, template) as conninfo:
        place = BillPlace(conninfo, sim_process.url, "", 0)
        async with open_house(place.settings) as house:
            await stock(house, sim_process)
            await sync_bills(house.catalogue, account=ACCOUNT)
            await new_payer(house, BUYER, money=MONEY)
        yield place


@pytest.fixture
def deaths(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: BillPlace
) -> Deaths:
    return Deaths(kiln, server_conninfo, place, bill_child.run, AfterBills(), "5300")


async def test_death_around_any_commit_pays_no_bill_twice_and_loses_none(
    deaths: Deaths, place: BillPlace
) -> None:
    """At some commits; ``make soak`` plays all moments, and deaths while somebody is asked."""
    await deaths.die_at(some_of(await deaths.commits()))
    await theirs_is_ours(deaths, place)


async def theirs_is_ours(deaths: Deaths, place: BillPlace) -> None:
    """All copies paid from one account, and broke none of its rules."""
    sim = Sim(place.sim_url)
    books = await sim.books()
    assert books["opening"] - books["deposit"] == deaths.spent
    assert await sim.breaches() == []
