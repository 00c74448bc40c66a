"""Load where wrk cannot be had: raw sockets in a process of its own, three times as dear.

``python -m bench.loader HOST PORT CONNECTIONS SECONDS place STEM PEOPLE USER PRODUCT PRODUCTS`` or
``… read TOKEN PATH…``; prints what bench.wrk's scripts print.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Tally:
    """``good``: answers of the status that was hoped for; ``last``: when the last of them came."""

    good: int = 0
    odd: int = 0
    last: float = 0.0
    waits_ms: list[float] = field(default_factory=list)


async def load(
    address: tuple[str, int],
    connections: int,
    seconds: float,
    *,
    hoped: bytes,
    ask: Callable[[], bytes],
) -> tuple[Tally, float]:
    """Ask on every connection, one question after the other, until the time is up."""
    tally, began = Tally(), time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(*address)
        while (asked := time.perf_counter()) - began < seconds:
            writer.write(ask())
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            tally.last = time.perf_counter()
            tally.waits_ms.append((tally.last - asked) * 1000)
            if head[9:12] == hoped:
                tally.good += 1
            else:
                tally.odd += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return tally, tally.last - began


def order(stem: str, people: int, user: int, product: int, products: int) -> bytes:
    """One order of a random person, with a reference of its own."""
    body = (
        f'{{"product_id":{product + random.randrange(products)},'
        f'"target_id":"0812{random.randrange(10**8):08d}","ref_id":"b-{random.getrandbits(62)}"}}'
    )
    return (
        "POST /api/transactions HTTP/1.1\r\nHost: bench\r\nPrefer: respond-async\r\n"
        f"Authorization: Bearer {stem}{user + random.randrange(people):033d}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def question(token: str, paths: list[str]) -> bytes:
    """A GET of one of the paths."""
    path = random.choice(paths)
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def main(host: str, port: str, connections: str, seconds: str, *what: str) -> None:
    def ask() -> bytes:
        if what[0] == "place":
            return order(what[1], *map(int, what[2:6]))
        return question(what[1], list(what[2:]))

    hoped = b"201" if what[0] == "place" else b"200"
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        address = (host, int(port))
        tally, took = runner.run(
            load(address, int(connections), float(seconds), hoped=hoped, ask=ask)
        )
    p50 = statistics.median(tally.waits_ms)
    p99 = sorted(tally.waits_ms)[int(len(tally.waits_ms) * 0.99) - 1]
    print(f"BENCH {tally.good} {tally.odd} {took:.6f} {p50:.3f} {p99:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
