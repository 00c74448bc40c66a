"""A database restored from a backup has forgotten what was sent since; the upstream has not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from konter.orders.restore import doubt_since
from konter.suppliers.gate import pause, resume
from tests.landlord import cloned
from tests.shop import GAP_S, open_shop
from tests.sim_process import Sim
from tests.warm import WARMTH


@pytest.fixture
def conninfo(server_conninfo: str, template: str) -> Iterator[str]:
    """Whoever copies a database must be alone with it."""
    with cloned(server_conninfo, template) as fresh:
        yield fresh


@pytest.fixture
def backup(conninfo: str, server_conninfo: str) -> Iterator[str]:
    """Where a copy of the shop's database will be put; dropped afterwards."""
    name = f"{conninfo_to_dict(conninfo)['dbname']}_backup"
    yield make_conninfo(server_conninfo, dbname=name)
    with psycopg.connect(server_conninfo, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def copy(server_conninfo: str, source: str, to: str) -> None:
    names = [str(conninfo_to_dict(one)["dbname"]) for one in (to, source)]
    with psycopg.connect(server_conninfo, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                *map(sql.Identifier, names)
            )
        )


async def test_an_order_sent_after_the_backup_is_asked_about_and_not_bought_again(
    conninfo: str, server_conninfo: str, backup: str, sim: Sim
) -> None:
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        buyer = await shop.buyer()
        sent = await buyer.buys_async("xld10", "087800001230")
        taken_at = shop.house.clock.now()
    await WARMTH.cool(conninfo)
    copy(server_conninfo, conninfo, backup)
    async with open_shop(conninfo, sim) as shop:
        await shop.until(sent, "delivered")
        reference = (await shop.order(sent)).code
    await asyncio.sleep(GAP_S)  # No restoring is quicker than the upstream's least gap.
    async with open_shop(backup, sim, with_worker=False) as shop:
        async with shop.house.db.transaction() as tx:
            await pause(tx, None, by="test", at=shop.house.clock.now())
        assert await doubt_since(shop.house.orders, taken_at) == 1
        assert await doubt_since(shop.house.orders, taken_at) == 0
        async with shop.house.db.transaction() as tx:
            await resume(tx, None)
        await shop.start_worker()
        await shop.until(sent, "delivered")
        transaction = await sim.transaction(reference)
        assert transaction is not None and transaction["formed_count"] == 1
        await shop.assert_honest()


async def test_an_order_placed_after_the_pause_is_sent_as_usual(conninfo: str, sim: Sim) -> None:
    async with open_shop(conninfo, sim, with_worker=False) as shop:
        async with shop.house.db.transaction() as tx:
            await pause(tx, None, by="test", at=shop.house.clock.now())
        buyer = await shop.buyer()
        order_id = await buyer.buys_async("xld10", "087800001230")
        since = shop.house.clock.now() - timedelta(hours=1)
        assert await doubt_since(shop.house.orders, since) == 0
        async with shop.house.db.transaction() as tx:
            await resume(tx, None)
        await shop.start_worker()
        await shop.until(order_id, "delivered")
        await shop.assert_honest()
