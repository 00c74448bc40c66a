"""Killed with -9 before and after every commit, and while asking: nothing is lost or doubled."""

from __future__ import annotations

import multiprocessing.context
from collections.abc import AsyncIterator

import pytest

from konter.app import open_house
from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.ledger.wallets import open_wallet
from tests import crash_child
from tests.crash_child import ANSWERS, MONEY, OPENING, AfterOrders
from tests.deaths import Deaths, kiln_with
from tests.landlord import cloned
from tests.mortal import BUYER, GAP_S, Moment, Place, some_of
from tests.shop import WEBHOOK_SECRET, stock
from tests.sim_process import Sim


@pytest.fixture(scope="module")
def kiln() -> multiprocessing.context.ForkServerContext:
    return kiln_with(crash_child.__name__)


@pytest.fixture
async def place(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Place]:
    """A shop with one buyer, never opened itself: each death has a copy of its database."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
        silence_seconds=0.03,
        deposit=OPENING,
    )
    with cloned(server_conninfo, template) as conninfo:
        place = Place(conninfo, sim_process.url, "", 0)
        async with open_house(place.settings) as house:
            await stock(house, sim_process)
            async with house.db.transaction() as tx:
                await open_wallet(tx, user_id=BUYER, at=house.clock.now())
                row = await tx.row("SELECT id FROM catalogue.products WHERE code = 'xld10'")
            money = Rupiah(MONEY)
            await adjust(house.funding, user_id=BUYER, amount=money, reason="modal", actor="t")
        assert row is not None
        yield Place(conninfo, sim_process.url, "", row[0])


@pytest.fixture
def deaths(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: Place
) -> Deaths:
    return Deaths(
        kiln, server_conninfo, place, crash_child.run, AfterOrders(), "0878", all_die=True
    )


async def test_death_before_or_after_any_commit_loses_and_doubles_nothing(
    deaths: Deaths, place: Place
) -> None:
    """At some commits; ``make soak`` plays all moments."""
    await deaths.die_at(some_of(await deaths.commits()))
    await theirs_is_ours(deaths, place)


async def test_death_while_asking_loses_and_doubles_nothing(deaths: Deaths, place: Place) -> None:
    """Purchases and enquiries alike; ``make soak`` plays each kind of answer."""
    await Sim(place.sim_url).options(latency_ms=60)
    await deaths.die_at([Moment("asking", 3), Moment("asking", len(ANSWERS) + 2)])
    await theirs_is_ours(deaths, place)


async def theirs_is_ours(deaths: Deaths, place: Place) -> None:
    """All copies bought from one account, and broke none of its rules."""
    sim = Sim(place.sim_url)
    books = await sim.books()
    assert books["opening"] - books["deposit"] == deaths.spent
    assert await sim.breaches() == []
