"""An upstream that costs almost nothing: raw bytes, one second to think, then success.

``python -m bench.upstream PORT DELAY_S [LIST…]``: answers purchases after the delay; serves the
price lists (files of ready bytes) in turn; ``GET /seen`` tells when each reference arrived.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import cast

import uvloop

FACTS = re.compile(rb'"buyer_sku_code":"([^"]+)","customer_no":"([^"]+)","ref_id":"([^"]+)"')
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
BALANCE = b'{"data":{"deposit":1000000000000}}'


class Upstream:
    """What all connections share."""

    def __init__(self, delay_s: float, lists: list[bytes]) -> None:
        self.delay_s = delay_s
        self.lists = cycle(lists or [b'{"data":[]}'])
        self.seen: dict[str, float] = {}


class Connection(asyncio.Protocol):
    """One connection, one request: as a purchase comes."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._came = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop has its own class

    def data_received(self, data: bytes) -> None:
        came = time.time()
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return
        if facts := FACTS.search(body):
            sku, number, reference = facts.groups()
            self._upstream.seen[reference.decode()] = came
            asyncio.get_running_loop().call_later(
                self._upstream.delay_s, self._answer, sold(sku, number, reference)
            )
        elif b"/price-list" in head:
            self._answer(next(self._upstream.lists))
        elif b"/seen" in head:
            self._answer(json.dumps(self._upstream.seen).encode())
        else:
            self._answer(BALANCE)

    def _answer(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            self._transport.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self._transport.close()


def sold(sku: bytes, number: bytes, reference: bytes) -> bytes:
    """A delivery, at the cost that the bench's catalogue knows."""
    cost = 10_000 + int(sku.removeprefix(b"tsel") or 0)
    return (
        b'{"data":{"ref_id":"%s","customer_no":"%s","buyer_sku_code":"%s","message":"Transaksi '
        b'Sukses","status":"Sukses","rc":"00","sn":"%s","buyer_last_saldo":100000000,"price":%d}}'
    ) % (reference, number, sku, reference[-8:], cost)


async def serve(port: int, delay_s: float, lists: list[bytes]) -> None:
    upstream = Upstream(delay_s, lists)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(upstream), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    files = [Path(name).read_bytes() for name in sys.argv[3:]]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), float(sys.argv[2]), files))
