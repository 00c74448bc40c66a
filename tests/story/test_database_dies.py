"""The database is killed under a selling shop; after it is back, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psycopg
import pytest

from konter.db.embedded import EmbeddedServer
from konter.db.migrate import migrate
from tests.conftest import HOME
from tests.shop import Buyer, Shop, open_shop
from tests.sim_process import Sim


@pytest.fixture
def mortal() -> Iterator[EmbeddedServer]:
    """A server of this test's own, because it will be killed."""
    home: Path = HOME.parent / f"mortal-{uuid.uuid4().hex[:8]}"
    with EmbeddedServer(home) as server:
        yield server
    shutil.rmtree(home, ignore_errors=True)


async def test_a_database_killed_under_load_costs_a_delay_and_no_rupiah(
    mortal: EmbeddedServer, sim: Sim
) -> None:
    conninfo = mortal.database()
    migrate(conninfo)
    async with open_shop(conninfo, sim) as shop:
        buyer = await shop.buyer()
        numbers = [f"0878000{n}{ending}" for n in range(6) for ending in ("1230", "1233", "1232")]
        asked = [asyncio.create_task(_insist(buyer, number)) for number in numbers]
        await asyncio.sleep(0.15)
        os.kill(mortal.pid, signal.SIGQUIT)  # no checkpoint, every backend dies at once
        await asyncio.sleep(0.3)
        mortal.revive()
        orders = await asyncio.gather(*asked)
        await _until_connections_are_fresh(shop)
        assert len(set(orders)) == len(numbers)
        for order_id in orders:
            await shop.until(order_id, "delivered", "failed", within_s=20)
        formed = [t["formed_count"] for t in (await sim.books())["transactions"]]
        assert set(formed) == {1}
        await shop.assert_honest()


async def _until_connections_are_fresh(shop: Shop) -> None:
    """Each connection that died is noticed at its next use, and replaced."""
    for _ in range(50):
        try:
            await shop.breaches()
        except psycopg.OperationalError:
            continue
        await asyncio.sleep(0.01)


async def _insist(buyer: Buyer, number: str) -> int:
    """A client that repeats its own reference until it is answered, as every client should."""
    for _ in range(100):
        try:
            answer = await buyer.buys(
                "xld10", number, ref_id=number, headers={"Prefer": "respond-async"}
            )
        except (aiohttp.ClientError, psycopg.OperationalError):
            answer = None
        if answer is not None and answer.status_code in (200, 201):
            return int(answer.json()["transaction"]["id"])
        await asyncio.sleep(0.1)
    raise AssertionError(f"{number} was never answered")
