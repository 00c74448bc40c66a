"""Row 6: a buyer's list and one order, against a handler that does the least thinkable."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from bench import wrk
from bench.figures import Figure, at_least
from bench.placing import grow_to
from bench.processes import environ, free_port, running, served, until_ready
from bench.server import settle_down
from bench.stock import FIRST_USER, token_of

ORDERS = 100_000
SECONDS = 4
CONNECTIONS = 32

LATEST = """
SELECT id FROM orders.orders WHERE user_id = %s ORDER BY user_line DESC LIMIT 1 OFFSET 5
"""


def row_6(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """Twenty rows of a list, and a single order, of a shop with 100,000 orders."""
    grow_to(conninfo, ORDERS)
    settle_down(conninfo)
    order_id = _an_order(conninfo)
    paths = ["/api/transactions", f"/api/transactions/{order_id}"]
    token = token_of(FIRST_USER)
    with served(conninfo) as address:
        bodies = [_get(address + path, token) for path in paths]
        rates = [_rate(address, path, token) for path in paths]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"body-{n}" for n in range(len(bodies))]
        for file, body in zip(files, bodies, strict=True):
            file.write_bytes(body)
        port = free_port()
        arguments = ["-m", "bench.bare", str(port), str(order_id), *map(str, files)]
        with running(*arguments, env=environ(conninfo), name="bare") as process:
            bare = f"http://127.0.0.1:{port}"
            until_ready(f"{bare}/api/bare/0", process, token)
            references = [_rate(bare, f"/api/bare/{n}", token) for n in range(len(files))]
    names = ("GET /api/transactions, 20 of 100,000", "GET /api/transactions/{id}")
    say(f"row 6: {rates[0]:.0f} and {rates[1]:.0f} answers/s; bare {references}")
    return [
        at_least(6, name, rate, unit="answers/s", reference=reference, aim=0.6)
        for name, rate, reference in zip(names, rates, references, strict=True)
    ]


def _rate(address: str, path: str, token: str) -> float:
    """Answers a second, after a second of warming up."""
    wrk.read(address, [path], token=token, connections=CONNECTIONS, seconds=1)
    run = wrk.read(address, [path], token=token, connections=CONNECTIONS, seconds=SECONDS)
    if run.odd:
        raise SystemExit(f"{run.odd} answers to {path} were not good")
    return run.per_second


def _get(url: str, token: str) -> bytes:
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:
        return bytes(answer.read())


def _an_order(conninfo: str) -> int:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(LATEST, [FIRST_USER]).fetchone()
    if row is None:
        raise SystemExit("the shop has no orders to read")
    return int(row[0])
