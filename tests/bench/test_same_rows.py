"""The bench compares like with like, or its ratios mean nothing."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench import house, pgbench
from bench.stock import FIRST_PRODUCT, FIRST_USER, add_people, add_products
from konter.app import open_house
from konter.orders.check import check_books
from konter.orders.place import place_many
from konter.orders.requests import Placed, clean_ask

TABLES = (
    "orders.requests",
    "orders.buyers",
    "orders.orders",
    "orders.attempts",
    "orders.moves",
    "ledger.transfers",
    "ledger.wallets",
)
NUMBER, REF = "081234567890", "b-1"
DIFFERS = {"id", "order_id", "code", "reference", "key", "user_id", "wallet_id", "debit"}
"""Whose order it is, and random names: all else must be equal."""


async def test_the_procedure_and_the_act_write_the_same_rows(conninfo: str) -> None:
    add_people(conninfo, 2)
    add_products(conninfo)
    pgbench.prepare(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET ROLE konter_app")
        connection.execute(
            "SELECT bench.place_order(%s, %s, %s, %s)", [FIRST_USER, FIRST_PRODUCT, NUMBER, REF]
        )
    ask = clean_ask(
        user_id=FIRST_USER + 1,
        product_id=FIRST_PRODUCT,
        target_id=NUMBER,
        server_id=None,
        ref_id=REF,
        pays_reseller_price=True,
    )
    async with open_house(house.settings(conninfo)) as opened:
        (placed,) = await place_many(opened.orders, [ask])
        assert isinstance(placed, Placed)
        assert await check_books(opened.db) == []
    for table in TABLES:
        theirs, ours = _rows(conninfo, table)
        assert theirs == ours, table


def _rows(conninfo: str, table: str) -> list[dict[str, Any]]:
    """The newest row of each of the two buyers, without what must differ; times as kinds."""
    with psycopg.connect(conninfo, row_factory=dict_row) as connection:
        found = connection.execute(f"SELECT * FROM {table}").fetchall()
    rows = [row for row in found if row.get("kind") != "adjustment"]
    assert len(rows) == 2, table
    return [
        {
            name: type(value).__name__ if name.endswith(("_at", "_date")) else value
            for name, value in row.items()
            if name not in DIFFERS
        }
        for row in rows
    ]
