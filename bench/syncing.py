"""Row 7: a price list of 10,000 products, against COPY of the same rows."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.figures import Figure, at_most
from bench.house import assert_books, settings
from bench.processes import environ, free_port, running, until_ready
from bench.stock import ACCOUNT
from konter.app import open_house
from konter.catalogue.sync import sync_products
from konter.cli.serve import settle_in

PRODUCTS = 10_000
ROUNDS = 5

# The same rows into the same tables: their columns, defaults, checks and indexes.
COPIES = """
CREATE TABLE bench_products (LIKE catalogue.products INCLUDING ALL);
CREATE TABLE bench_offers (LIKE catalogue.offers INCLUDING ALL);
"""
CLEAR = "TRUNCATE bench_products, bench_offers"
PRODUCT_COLUMNS = (
    "id, code, category_id, name, brand, type, description, base_price, retail_price, "
    "reseller_price, is_active, closed_because, created_at"
)
COPY_PRODUCTS = f"COPY bench_products ({PRODUCT_COLUMNS}) FROM STDIN"
COPY_OFFERS = "COPY bench_offers FROM STDIN"
SELECT_PRODUCTS = f"SELECT {PRODUCT_COLUMNS} FROM catalogue.products"
SELECT_OFFERS = "SELECT * FROM catalogue.offers"


def row_7(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """Nothing changed, and every price changed; the list fetched over HTTP each time."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("first.json", "second.json")]
        for more, file in enumerate(files):
            file.write_bytes(_price_list(more))
        # Twice the same, then the other: so every second list is news, and every other is not.
        turns = [str(files[0]), str(files[0]), str(files[1]), str(files[1])]
        port = free_port()
        arguments = ["-m", "bench.upstream", str(port), "0", *turns]
        with running(*arguments, env=environ(""), name="prices") as process:
            until_ready(f"http://127.0.0.1:{port}/", process)
            same, changed = asyncio.run(_sync(conninfo, f"http://127.0.0.1:{port}/v1"))
    copied = _copy(conninfo)
    assert_books(conninfo)
    say(
        f"row 7: nothing changed {same * 1000:.0f} ms, all changed {changed * 1000:.0f} ms, "
        f"COPY {copied * 1000:.0f} ms"
    )
    name = "catalogue sync of 10,000 products, {} changed"
    facts: dict[str, Any] = {"unit": "ms", "reference": copied * 1000}
    return [
        at_most(7, name.format("nothing"), same * 1000, aim=2, **facts),
        at_most(7, name.format("all"), changed * 1000, aim=6, **facts),
    ]


async def _sync(conninfo: str, url: str) -> tuple[float, float]:
    """Median seconds of a sync that finds nothing new, and of one that reprices everything."""
    chosen = settings(
        conninfo,
        DIGIFLAZZ_BASE_URL=url,
        KONTER_PRICE_LIST_GAP_S="0",
        KONTER_PRICE_LIST_CACHE_S="0",
    )
    times: list[float] = []
    async with open_house(chosen) as house:
        settle_in()  # as every worker does
        for turn in range(2 * ROUNDS + 2):
            began = time.perf_counter()
            report = await sync_products(house.catalogue, account=ACCOUNT, force=True)
            times.append(time.perf_counter() - began)
            expected = 0 if turn % 2 or not turn else PRODUCTS
            if (report.repriced if turn else 0) != expected:
                raise SystemExit(f"sync {turn} repriced {report.repriced}, not {expected}")
    return statistics.median(times[3::2]), statistics.median(times[2::2])


def _copy(conninfo: str) -> float:
    """Median seconds to COPY the same products and offers, one commit."""
    times: list[float] = []
    with psycopg.connect(conninfo) as connection:
        connection.execute(COPIES)
        products = connection.execute(SELECT_PRODUCTS).fetchall()
        offers = connection.execute(SELECT_OFFERS).fetchall()
        connection.commit()
        for _ in range(ROUNDS):
            connection.execute(CLEAR)
            connection.commit()
            began = time.perf_counter()
            with connection.cursor() as cursor:
                for statement, rows in ((COPY_PRODUCTS, products), (COPY_OFFERS, offers)):
                    with cursor.copy(statement) as copy:
                        for row in rows:
                            copy.write_row(row)
            connection.commit()
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def _price_list(more: int) -> bytes:
    """As Digiflazz writes it; ``more`` rupiah on every price."""
    rows = [
        {
            "product_name": f"Telkomsel {n}.000",
            "category": "Pulsa",
            "brand": "TELKOMSEL",
            "type": "Umum",
            "seller_name": f"Penjual {n % 50}",
            "price": 5_000 + n + more,
            "buyer_sku_code": f"sku{n}",
            "buyer_product_status": True,
            "seller_product_status": True,
            "unlimited_stock": True,
            "stock": 0,
            "multi": True,
            "start_cut_off": "23:45",
            "end_cut_off": "0:15",
            "desc": f"Pulsa Telkomsel {n}.000, masa aktif bertambah",
        }
        for n in range(PRODUCTS)
    ]
    return json.dumps({"data": rows}).encode()
