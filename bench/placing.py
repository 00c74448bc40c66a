"""Rows 1, 2, 3 and 8: orders placed, against the same rows written by pgbench."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable

import psycopg

from bench import pgbench, wrk
from bench.figures import Figure, at_least
from bench.house import assert_books, orders_in, place_for, settings
from bench.processes import served
from bench.server import settle_down
from bench.stock import FIRST_PRODUCT, FIRST_USER, PRODUCTS, add_people, add_products
from konter.app import open_house

PEOPLE = 10_000
SECONDS = 6
CONNECTIONS = (32, 64, 128)
PROCESSES = 1

# Many orders at once, to have a large shop to look at; by the same procedure as pgbench.
GROW = """
SELECT count(bench.place_order(%(user)s + n %% %(people)s, %(product)s + n %% %(products)s,
    '0812' || lpad((n %% 100000000)::text, 8, '0'), 'grown-' || n))
FROM generate_series(%(from)s::bigint, %(to)s::bigint) AS n
"""


def prepare(conninfo: str) -> None:
    """A shop of 10,000 wallets and 100 products."""
    add_people(conninfo, PEOPLE)
    add_products(conninfo)
    pgbench.prepare(conninfo)
    settle_down(conninfo)


def row_1_and_2(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """Through HTTP: many wallets at several numbers of connections, then one hot wallet."""
    references = [_reference(conninfo)]
    rates: dict[int, float] = {}
    with served(conninfo, processes=PROCESSES) as address:
        _over_http(conninfo, address, connections=64, people=PEOPLE, seconds=2)  # warm up
        for connections in CONNECTIONS:
            rates[connections] = _over_http(conninfo, address, connections, people=PEOPLE)
            say(f"row 1: {rates[connections]:.0f} orders/s over {connections} connections")
        hot = _over_http(conninfo, address, connections=64, people=1)
        say(f"row 2: {hot:.0f} orders/s on one wallet")
        again = _over_http(conninfo, address, connections=64, people=PEOPLE)
    references.append(_reference(conninfo))
    reference = sum(references) / len(references)
    say(f"pgbench: {references[0]:.0f} before, {references[1]:.0f} after")
    assert_books(conninfo)
    figures = [
        at_least(
            1, f"orders over HTTP, {connections} connections", rate,
            unit="orders/s", reference=reference, aim=0.75,
        )
        for connections, rate in rates.items()
    ]  # fmt: skip
    many = (rates[64] + again) / 2
    return [
        *figures,
        at_least(2, "the same on one hot wallet", hot, unit="orders/s", reference=many, aim=0.8),
    ]


def row_3(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """In the database alone, in batches of 200."""
    before = _reference(conninfo)
    standing = orders_in(conninfo)
    rate = asyncio.run(_place(conninfo))
    if abs(orders_in(conninfo) - standing - rate * SECONDS) > 0.1 * rate * SECONDS:
        raise SystemExit("the database does not have the orders that were counted")
    reference = (before + _reference(conninfo)) / 2
    say(f"row 3: {rate:.0f} orders/s, pgbench {reference:.0f}")
    assert_books(conninfo)
    name = "placed in the database alone, by 200"
    return [at_least(3, name, rate, unit="orders/s", reference=reference, aim=1.3)]


def row_8(conninfo: str, say: Callable[[str], None], *, orders: int = 1_000_000) -> list[Figure]:
    """The same with a million orders in the tables; minutes."""
    _grow(conninfo, 1, 10_000)
    small = [asyncio.run(_place(conninfo, seconds=2)) for _ in range(3)]
    for start in range(10_001, orders, 50_000):
        _grow(conninfo, start, min(orders, start + 49_999))
        say(f"row 8: {orders_in(conninfo):,} orders in the tables")
    settle_down(conninfo)
    large = [asyncio.run(_place(conninfo, seconds=2)) for _ in range(3)]
    assert_books(conninfo)
    name = f"placement with {orders:,} orders in the tables"
    reference = statistics.median(small)
    return [
        at_least(8, name, statistics.median(large), unit="orders/s", reference=reference, aim=0.85)
    ]


def grow_to(conninfo: str, orders: int) -> None:
    """As many orders as that in the tables, at least."""
    missing = orders - orders_in(conninfo)
    if missing > 0:
        _grow(conninfo, 1, missing)


def _over_http(
    conninfo: str, address: str, connections: int, *, people: int, seconds: int = SECONDS
) -> float:
    """Orders a second; stops the bench unless each 201 answer is an order and each order a 201."""
    before = orders_in(conninfo)
    run = wrk.place(address, connections=connections, seconds=seconds, people=people)
    written = orders_in(conninfo) - before
    if run.odd or run.good != written:
        raise SystemExit(f"{run.good} answers 201, {run.odd} others, but {written} new orders")
    return run.per_second


def _reference(conninfo: str) -> float:
    return pgbench.placed_per_second(conninfo, people=PEOPLE, seconds=SECONDS)


async def _place(conninfo: str, *, seconds: int = SECONDS) -> float:
    async with open_house(settings(conninfo)) as house:
        return await place_for(house, people=PEOPLE, seconds=seconds)


def _grow(conninfo: str, first: int, last: int) -> None:
    facts = {
        "user": FIRST_USER,
        "people": PEOPLE,
        "product": FIRST_PRODUCT,
        "products": PRODUCTS,
        "from": first,
        "to": last,
    }
    with psycopg.connect(conninfo) as connection:
        connection.execute(GROW, facts)
