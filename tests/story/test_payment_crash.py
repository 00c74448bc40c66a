"""Killed with -9 around the commits of paying: no payment is lost or doubled."""

from __future__ import annotations

import multiprocessing.context
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import pytest

from konter.app import open_house
from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.ledger.wallets import open_wallet
from tests import payment_child
from tests.deaths import Deaths, kiln_with
from tests.landlord import cloned
from tests.mortal import BUYER, some_of
from tests.mortal import GAP_S as REPOST_GAP_S
from tests.payment_child import (
    GAP_S,
    GATEWAYS,
    MODAL,
    OPENING,
    AfterPayments,
    PaymentPlace,
    all_went_well,
    at_gateway,
)
from tests.shop import WEBHOOK_SECRET, stock
from tests.sim_process import Sim

LEAST_COMMITS: Final = 12


@pytest.fixture(scope="module")
def kiln() -> multiprocessing.context.ForkServerContext:
    return kiln_with(payment_child.__name__)


@pytest.fixture
async def place(
    server_conninfo: str, template: str, sim_process: Sim
) -> AsyncIterator[PaymentPlace]:
    """A shop with one buyer, never opened itself: each death has a copy of its database. The
    gateways call nobody back."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        repost_gap_s=REPOST_GAP_S,
        price_list_gap_s=0,
        silence_seconds=0.03,
        deposit=OPENING,
    )
    for code in GATEWAYS:
        await at_gateway(sim_process, code).reset(callback_delay_ms=3_600_000, poll_gap_s=GAP_S)
    with cloned(server_conninfo, template) as conninfo:
        place = PaymentPlace(conninfo, sim_process.url, "", 0)
        async with open_house(place.settings) as house:
            await stock(house, sim_process)
            async with house.db.transaction() as tx:
                await open_wallet(tx, user_id=BUYER, at=house.clock.now())
                row = await tx.row("SELECT id FROM catalogue.products WHERE code = 'xld10'")
            money = Rupiah(MODAL)
            await adjust(house.funding, user_id=BUYER, amount=money, reason="modal", actor="t")
        assert row is not None
        yield replace(place, product_id=row[0])


@pytest.fixture
def deaths(
    kiln: multiprocessing.context.ForkServerContext, server_conninfo: str, place: PaymentPlace
) -> Deaths:
    after = AfterPayments(Sim(place.sim_url))
    return Deaths(
        kiln,
        server_conninfo,
        place,
        payment_child.run,
        after,
        "0878",
        whole=all_went_well,
        least=LEAST_COMMITS,
    )


async def test_death_around_any_commit_of_paying_loses_and_doubles_nothing(
    deaths: Deaths, place: PaymentPlace
) -> None:
    """At some commits; ``make soak`` plays all moments, and deaths while somebody is asked."""
    await deaths.die_at(some_of(await deaths.commits()))
    await theirs_is_ours(deaths, place)


async def theirs_is_ours(deaths: Deaths, place: PaymentPlace) -> None:
    """All copies bought from one account, and broke no rule of anybody's."""
    sim = Sim(place.sim_url)
    books = await sim.books()
    assert books["opening"] - books["deposit"] == deaths.spent
    assert await sim.breaches() == []
    for code in GATEWAYS:
        assert await at_gateway(sim, code).breaches() == []
