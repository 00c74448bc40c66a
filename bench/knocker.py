"""Callbacks at a steady pace from a process of its own: each is due at its moment, and how long it
took is counted from that moment on, so a slow answer cannot slow the question down.

``python -m bench.knocker HOST PORT CONNECTIONS PER_SECOND SECONDS`` prints
``BENCH good odd p50_ms p99_ms``.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import statistics
import sys
import time
from collections.abc import Iterator

import uvloop

from bench.loader import LENGTH

PRIVATE_KEY = "bench-private-key"
REPLY = b'{"success":true}'


async def knock(
    address: tuple[str, int], connections: int, *, per_second: int, seconds: int
) -> tuple[list[float], int]:
    """All waits in ms, and how many answers were not the reply that the gateway expects."""
    began = time.perf_counter() + 0.2
    count = per_second * seconds
    due: Iterator[int] = iter(range(count))
    waits: list[float] = []
    odd = 0

    async def client() -> None:
        nonlocal odd
        reader, writer = await asyncio.open_connection(*address)
        for number in due:
            call = callback(number)
            moment = began + number / per_second
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            writer.write(call)
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            waits.append((time.perf_counter() - moment) * 1000)
            odd += head[9:12] != b"200" or body != REPLY
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return waits, odd


def callback(number: int) -> bytes:
    """A paid one about a payment of its own, as Tripay signs and sends it."""
    told = {
        "reference": f"T0001{number:015d}",
        "merchant_ref": f"PAY-20261121-{number:010d}",
        "payment_method": "QRIS",
        "payment_method_code": "QRIS2",
        "total_amount": 150_000,
        "fee_merchant": 1_800,
        "fee_customer": 0,
        "total_fee": 1_800,
        "amount_received": 148_200,
        "is_closed_payment": 1,
        "status": "PAID",
        "paid_at": 1_795_713_200,
        "note": None,
    }
    body = json.dumps(told, separators=(",", ":")).encode()
    signature = hmac.new(PRIVATE_KEY.encode(), body, "sha256").hexdigest()
    head = (
        "POST /tripay/callback HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        "X-Callback-Event: payment_status\r\n"
        f"X-Callback-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    host, port, connections, per_second, seconds = sys.argv[1:]
    facts = {"per_second": int(per_second), "seconds": int(seconds)}
    waits, odd = uvloop.run(knock((host, int(port)), int(connections), **facts))
    waits.sort()
    p99 = waits[int(len(waits) * 0.99) - 1]
    sys.stdout.write(f"BENCH {len(waits) - odd} {odd} {statistics.median(waits):.3f} {p99:.3f}\n")


if __name__ == "__main__":
    main()
