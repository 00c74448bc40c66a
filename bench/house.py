"""The shop's own acts, called from the bench's process where a row needs no HTTP."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

from bench.processes import COMMON
from bench.stock import FIRST_PRODUCT, FIRST_USER, PRODUCTS, count_of
from konter.app import House, open_house
from konter.orders.check import check_books
from konter.orders.place import place_many
from konter.orders.requests import Ask, Placed, clean_ask
from konter.settings import Settings, load_settings

BATCH = 200
LANES = 2
"""As the web places: while one batch commits, the next is prepared."""


def settings(conninfo: str, **changes: str) -> Settings:
    return load_settings({**COMMON, "DATABASE_URL": conninfo, **changes}, Path(os.devnull))


def asks(count: int, people: int, *, numbers: Sequence[int] | None = None) -> list[Ask]:
    """Random orders of random people; ``numbers`` are the telephone numbers' last digits."""
    wanted = numbers or [random.randrange(10**8) for _ in range(count)]
    return [
        clean_ask(
            user_id=FIRST_USER + random.randrange(people),
            product_id=FIRST_PRODUCT + random.randrange(PRODUCTS),
            target_id=f"0812{number:08d}",
            server_id=None,
            ref_id=f"b-{random.getrandbits(62)}",
            pays_reseller_price=True,
        )
        for number in wanted
    ]


async def place_for(house: House, *, people: int, seconds: float) -> float:
    """Orders a second, in batches of 200, two batches at a time."""
    began = time.perf_counter()
    placed = 0

    async def lane() -> None:
        nonlocal placed
        while time.perf_counter() - began < seconds:
            await _place(house, asks(BATCH, people))
            placed += BATCH

    await asyncio.gather(*(lane() for _ in range(LANES)))
    return placed / (time.perf_counter() - began)


async def place_count(house: House, count: int, *, people: int) -> None:
    """``count`` orders, each for a number of its own."""
    for start in range(0, count, BATCH):
        numbers = range(start, min(count, start + BATCH))
        await _place(house, asks(len(numbers), people, numbers=numbers))


async def _place(house: House, wanted: list[Ask]) -> None:
    for result in await place_many(house.orders, wanted):
        if not isinstance(result, Placed):
            raise SystemExit(f"an order was refused: {result}")


def assert_books(conninfo: str) -> None:
    """The laws of money hold on what was just done, or the figure is worth nothing."""
    found = asyncio.run(_breaches(conninfo))
    if found:
        raise SystemExit(f"check-books found {len(found)} breaches, the first: {found[0]}")


async def _breaches(conninfo: str) -> list[str]:
    async with open_house(settings(conninfo)) as house:
        return [str(breach) for breach in await check_books(house.db)]


def orders_in(conninfo: str) -> int:
    return count_of(conninfo, "orders.orders")
