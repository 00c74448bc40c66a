"""Rows 4 and 5: how fast a worker is, and how soon a request leaves."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]
import psycopg

from bench.figures import Figure, at_least
from bench.house import assert_books, place_count, settings
from bench.processes import KONTER, environ, free_port, running, served, until_ready
from bench.server import settle_down
from bench.stock import FIRST_PRODUCT, FIRST_USER, PRODUCTS, token_of
from konter.app import open_house

IN_FLIGHT = 1000
DELAY_S = 1.0
HELD = 14_000
FROM, TO = 2_000, 12_000
"""Measured between these many deliveries: neither the start nor the end."""
IDLE_ORDERS = 200

DELIVERED = "SELECT count(*) FROM orders.orders WHERE state = 'delivered'"

# When each order was committed; kept for us by track_commit_timestamp, for both sides alike.
COMMITTED = """
SELECT o.code, extract(epoch FROM pg_xact_commit_timestamp(m.xmin))::float
FROM orders.orders o JOIN orders.moves m ON m.order_id = o.id AND m.seq = 1
"""


def row_4(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """One worker from held to delivered, with an upstream that takes a second."""
    asyncio.run(_hold(conninfo))
    settle_down(conninfo)  # a shop that has sold for a while has statistics of its tables
    with _upstream(DELAY_S) as (url, upstream):
        env = environ(conninfo, DIGIFLAZZ_BASE_URL=url, KONTER_WORKER_IN_FLIGHT=str(IN_FLIGHT))
        with running(KONTER, "worker", env=env, name="worker") as worker:
            rate, share, own = _watch(conninfo, upstream, worker)
    say(
        f"row 4: {rate:.0f} orders/s delivered; the upstream took {share:.0%} of one core, "
        f"the worker {own:.0%}"
    )
    if share > 0.4:  # a fifth of two cores
        raise SystemExit(f"the upstream took {share:.0%} of a core: not an honest bench")
    assert_books(conninfo)
    name = f"one worker, held to delivered, {IN_FLIGHT} in flight"
    ideal = IN_FLIGHT / DELAY_S
    return [at_least(4, name, rate, unit="orders/s", reference=ideal, aim=0.9)]


def row_5(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """From an order's commit to its request at the upstream, in an idle shop."""
    commit = statistics.median(_commit_times(conninfo))
    with (
        _upstream(0.02) as (url, _),
        served(conninfo, worker=True, DIGIFLAZZ_BASE_URL=url) as address,
    ):
        _order_slowly(address)
        time.sleep(1)
        with urlopen(f"{url.removesuffix('/v1')}/seen") as answer:
            seen: dict[str, float] = json.load(answer)
    with psycopg.connect(conninfo) as connection:
        committed: dict[str, float] = dict(connection.execute(COMMITTED).fetchall())
    waits = sorted((seen[code] - committed[code]) * 1000 for code in seen)
    if len(waits) != len(committed):
        raise SystemExit(f"{len(committed)} orders, but {len(waits)} requests arrived")
    assert_books(conninfo)
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99) - 1]
    say(f"row 5: p50 {p50:.1f} ms, p99 {p99:.1f} ms; a one-row commit {commit:.2f} ms")
    most = 2 * commit + 5
    return [
        Figure(
            5, "from commit to request, p50", p50, "ms", commit, p50 / commit,
            f"<= 2 x + 5 ms = {most:.1f} ms", p50 <= most,
        ),
        Figure(5, "from commit to request, p99", p99, "ms", None, None, "<= 50 ms", p99 <= 50),
    ]  # fmt: skip


@contextmanager
def _upstream(delay_s: float) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    arguments = ("-m", "bench.upstream", str(port), str(delay_s))
    with running(*arguments, env=environ(""), name="upstream") as process:
        until_ready(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}/v1", process


async def _hold(conninfo: str) -> None:
    async with open_house(settings(conninfo)) as house:
        await place_count(house, HELD, people=1000)


def _watch(
    conninfo: str, upstream: psutil.Process, worker: psutil.Process
) -> tuple[float, float, float]:
    """Deliveries a second in the middle of the run; CPU of the upstream and of the worker."""
    deadline = time.monotonic() + 120
    start: tuple[float, int, float, float] | None = None
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(DELIVERED).fetchone()
            now = time.monotonic(), int(row[0]) if row else 0, _cpu(upstream), _cpu(worker)
            if start is None and now[1] >= FROM:
                start = now
            if start is not None and now[1] >= TO:
                took = now[0] - start[0]
                return tuple(  # type: ignore[return-value]
                    (now[place] - start[place]) / took for place in (1, 2, 3)
                )
            time.sleep(0.2)
    raise SystemExit("the worker did not deliver in two minutes; see build/bench-logs")


def _cpu(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def _order_slowly(address: str) -> None:
    site = HTTPConnection(urlsplit(address).netloc)
    headers = {
        "Authorization": f"Bearer {token_of(FIRST_USER)}",
        "Content-Type": "application/json",
        "Prefer": "respond-async",
    }
    for n in range(IDLE_ORDERS):
        product = FIRST_PRODUCT + n % PRODUCTS
        body = {"product_id": product, "target_id": f"0812{n:08d}", "ref_id": f"idle-{n}"}
        site.request("POST", "/api/transactions", json.dumps(body), headers)
        answer = site.getresponse()
        answer.read()
        if answer.status != 201:
            raise SystemExit(f"an order was answered {answer.status}")
        time.sleep(0.05)


def _commit_times(conninfo: str) -> list[float]:
    """Milliseconds of one-row inserts that commit, at the same leisurely pace."""
    times: list[float] = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_commits (n integer)")
        for n in range(IDLE_ORDERS):
            began = time.perf_counter()
            connection.execute("INSERT INTO bench_commits VALUES (%s)", [n])
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)
    return times
