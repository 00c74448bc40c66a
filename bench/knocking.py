"""Row 10: how soon a gateway's callback is acknowledged, kept durably, at 500 a second."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from bench.figures import Figure
from bench.house import assert_books
from bench.knocker import PRIVATE_KEY
from bench.processes import ROOT, served
from bench.stock import count_of

PER_SECOND = 500
SECONDS = 15
WARM_UP_S = 3
CONNECTIONS = 64
MOST_MS = 50

TRIPAY = {
    "TRIPAY_API_KEY": "DEV-bench",
    "TRIPAY_PRIVATE_KEY": PRIVATE_KEY,
    "TRIPAY_MERCHANT_CODE": "T0001",
    "TRIPAY_BASE_URL": "http://127.0.0.1:9",
}


def row_10(conninfo: str, say: Callable[[str], None]) -> list[Figure]:
    """A shop with its worker in it, which handles what is kept while more comes in."""
    with served(conninfo, processes=1, worker=True, **TRIPAY) as address:
        _knock(address, WARM_UP_S)
        before = count_of(conninfo, "hooks.inbox")
        p50, p99 = _knock(address, SECONDS)
    # The warm-up's callbacks come again, so only what is new since is to be found new.
    fresh = count_of(conninfo, "hooks.inbox") - before
    if fresh != PER_SECOND * (SECONDS - WARM_UP_S):
        raise SystemExit(f"{fresh} callbacks kept: not all that were acknowledged")
    assert_books(conninfo)
    say(f"row 10: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    name = f"a callback acknowledged at {PER_SECOND}/s, p99"
    return [Figure(10, name, p99, "ms", None, None, f"<= {MOST_MS} ms", p99 <= MOST_MS)]


def _knock(address: str, seconds: int) -> tuple[float, float]:
    url = urlsplit(address)
    facts = [url.hostname, url.port, CONNECTIONS, PER_SECOND, seconds]
    command = [sys.executable, "-m", "bench.knocker", *map(str, facts)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    line = next((x for x in ran.stdout.splitlines() if x.startswith("BENCH ")), None)
    if line is None:
        raise SystemExit(f"the callbacks failed: {ran.stdout} {ran.stderr}")
    good, odd, p50, p99 = line.split()[1:]
    if int(odd) or int(good) != PER_SECOND * seconds:
        raise SystemExit(f"{good} callbacks acknowledged as they should be, {odd} not")
    return float(p50), float(p99)
