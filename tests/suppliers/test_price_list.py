"""The price list is asked seldom, by one process of all, and the last one read stands."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from konter.db.pool import Database
from konter.suppliers.desk import NoSuchAccount, SuppliersDesk, UpstreamSilent
from konter.suppliers.price_list import FetchedList, PriceListTooSoon, fetch_price_list
from konter.upstreams.contract import UpstreamRefused
from tests.conftest import ManualClock
from tests.sim_process import PROD_KEY, USERNAME, Sim
from tests.suppliers.build import ACCOUNT, lists_asked, suppliers_desk


async def test_a_list_is_read_whole_and_its_exchange_kept(desk: SuppliersDesk) -> None:
    fetched = await fetch_price_list(desk, ACCOUNT)
    assert not fetched.cached
    assert {"xld10", "ml86"} <= {item.sku for item in fetched.prices.items}
    async with desk.db.read() as tx:
        kept = await tx.rows("SELECT purpose, status FROM suppliers.exchanges")
    assert kept == [("price_list", 200)]


async def test_a_young_list_is_not_asked_for_again(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    first = await fetch_price_list(desk, ACCOUNT)
    clock.advance(3599)
    again = await fetch_price_list(desk, ACCOUNT)
    assert again.cached and again.prices == first.prices
    assert again.age.total_seconds() == 3599
    assert await lists_asked(sim) == 1


async def test_a_list_of_an_hour_is_asked_for_again(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    await fetch_price_list(desk, ACCOUNT)
    clock.advance(3600)
    await sim.advance(seconds=3600)
    assert not (await fetch_price_list(desk, ACCOUNT)).cached
    assert await lists_asked(sim) == 2


async def test_force_wants_a_fresh_list_but_never_within_the_upstreams_gap(
    desk: SuppliersDesk, sim: Sim, clock: ManualClock
) -> None:
    await fetch_price_list(desk, ACCOUNT)
    clock.advance(299)
    early = await fetch_price_list(desk, ACCOUNT, force=True)
    assert early.cached and early.problem and (early.retry_at - clock.now()).total_seconds() == 1
    clock.advance(1)
    await sim.advance(seconds=300)
    assert not (await fetch_price_list(desk, ACCOUNT, force=True)).cached
    assert await lists_asked(sim) == 2


async def test_of_many_processes_one_asks(
    desk: SuppliersDesk, conninfo: str, sim: Sim, clock: ManualClock
) -> None:
    other_db = Database(conninfo)
    await other_db.open()
    try:
        async with suppliers_desk(other_db, clock, sim.digiflazz_url) as other:
            askers = [fetch_price_list(d, ACCOUNT, force=True) for d in [desk, other] * 5]
            found = await asyncio.gather(*askers, return_exceptions=True)
    finally:
        await other_db.close()
    assert await lists_asked(sim) == 1
    assert sum(isinstance(one, FetchedList) and not one.cached for one in found) == 1
    assert all(isinstance(one, FetchedList | PriceListTooSoon) for one in found)


async def test_a_refused_question_shows_the_last_list_and_when_to_ask_again(
    desk: SuppliersDesk, sim_process: Sim, clock: ManualClock
) -> None:
    first = await fetch_price_list(desk, ACCOUNT)
    clock.advance(400)  # but at their clock it is too soon: rc 83
    refused = await fetch_price_list(desk, ACCOUNT, force=True)
    assert refused.cached and refused.prices == first.prices
    assert refused.problem is not None and "83" in refused.problem
    assert (refused.retry_at - clock.now()).total_seconds() == 300
    assert [b["rule"] for b in await sim_process.breaches()] == ["price_list_too_soon"]
    await sim_process.reset()


async def test_a_first_question_that_is_refused_says_when_to_ask_again(
    desk: SuppliersDesk, sim_process: Sim
) -> None:
    await sim_process.options(username="orang-lain")
    with pytest.raises(UpstreamRefused) as refused:
        await fetch_price_list(desk, ACCOUNT)
    assert "retry_at" in refused.value.facts
    with pytest.raises(PriceListTooSoon):
        await fetch_price_list(desk, ACCOUNT)
    await sim_process.reset()


async def test_a_question_that_never_left_leaves_the_right_to_ask(
    db: Database, clock: ManualClock, sim: Sim
) -> None:
    async with suppliers_desk(db, clock, "http://127.0.0.1:1/v1") as deaf:
        with pytest.raises(UpstreamSilent):
            await fetch_price_list(deaf, ACCOUNT)
    async with suppliers_desk(db, clock, sim.digiflazz_url) as desk:
        assert not (await fetch_price_list(desk, ACCOUNT)).cached


async def test_an_account_that_is_not_configured_is_refused(desk: SuppliersDesk) -> None:
    with pytest.raises(NoSuchAccount):
        await fetch_price_list(desk, "somebody")


async def test_no_secret_of_ours_is_kept(desk: SuppliersDesk) -> None:
    await fetch_price_list(desk, ACCOUNT)
    async with desk.db.read() as tx:
        kept = await tx.rows("SELECT e::text FROM suppliers.exchanges AS e")
    assert kept and all(PROD_KEY not in row for (row,) in kept)
    assert any(USERNAME in row for (row,) in kept)


async def test_the_simulator_counts_what_we_asked(sim: Sim) -> None:
    """Guards the helper above: a count of zero would make every law here hold."""
    async with aiohttp.ClientSession() as session:
        await session.post(f"{sim.digiflazz_url}/price-list", json={"cmd": "prepaid"})
    assert await lists_asked(sim) == 1
