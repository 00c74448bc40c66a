"""Killed with -9 around the commits of a failover: an order is never bought at both suppliers."""

from __future__ import annotations

import multiprocessing.context
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from konter.app import open_house
from konter.catalogue.mappings import map_offer, set_priority
from konter.funding.topup import record_topup
from konter.kernel.money import Rupiah
from tests import failover_child
from tests.deaths import Deaths, kiln_with
from tests.failover_child import MONEY, AfterFailover, FailoverPlace
from tests.landlord import cloned
from tests.mortal import BUYER, GAP_S, some_of
from tests.shop import WEBHOOK_SECRET, stock
from tests.sim_process import Sim
from tests.story.payers import new_payer
from tests.two_shops import DIGI, OKE


@pytest.fixture(scope="module")
def kiln() -> multiprocessing.context.ForkServerContext:
    return kiln_with(failover_child.__name__)


@pytest.fixture
async def place(
    server_conninfo: str, template: str, sim_process: Sim
) -> AsyncIterator[FailoverPlace]:
    """A shop with one buyer and two suppliers, Digiflazz first, never opened itself."""
    digi, oke = sim_process, sim_process.okeconnect
    await digi.reset(
        webhook_secret=WEBHOOK_SECRET, repost_gap_s=GAP_S, price_list_gap_s=0, silence_seconds=0.03
    )
    await oke.reset(callback_delay_ms=3_600_000, silence_seconds=0.03)
    with cloned(server_conninfo, template) as conninfo:
        place = FailoverPlace(conninfo, sim_process.url, "", 0)
        async with open_house(place.settings) as house:
            await stock(house, sim_process)
            await map_offer(house.catalogue, OKE, "X10", "xld10", by="rina", sure=True)
            await set_priority(house.catalogue, DIGI, "xld10", 1)
            opening = Rupiah((await oke.books())["opening"])
            await record_topup(house.funding, account=OKE, amount=opening, bank="bca", actor="t")
            await new_payer(house, BUYER, money=MONEY)
            async with house.db.read() as tx:
                row = await tx.row("SELECT id FROM catalogue.products WHERE code = 'xld10'")
        assert row is not None
        yield replace(place, product_id=row[0])


@pytest.fixture
def deaths(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: FailoverPlace
) -> Deaths:
    return Deaths(kiln, server_conninfo, place, failover_child.run, AfterFailover(), "0878")


async def test_death_around_any_commit_of_a_failover_buys_nothing_twice(
    deaths: Deaths, place: FailoverPlace
) -> None:
    """At some commits; ``make soak`` plays all moments, and deaths while somebody is asked."""
    await deaths.die_at(some_of(await deaths.commits()))
    await theirs_is_ours(deaths, place)


async def theirs_is_ours(deaths: Deaths, place: FailoverPlace) -> None:
    """All copies bought from the same two accounts, and broke none of their rules."""
    sim = Sim(place.sim_url)
    spent = 0
    for upstream in (sim, sim.okeconnect):
        books = await upstream.books()
        spent += books["opening"] - books["deposit"]
        assert await upstream.breaches() == []
    assert spent == deaths.spent
