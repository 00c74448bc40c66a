"""Load over TCP from another process: Debian's wrk, steered by a Lua script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from bench.stock import FIRST_PRODUCT, FIRST_USER, PRODUCTS, TOKEN_STEM

# Orders until the time is up, then a harmless question until wrk stops: so every order that was
# asked for has been answered, and the count of 201 answers can be compared with the database.
PLACE = """
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long ns; } now_t; int clock_gettime(int id, now_t *at); ]]
local at = ffi.new("now_t")
local function clock()
  ffi.C.clock_gettime(1, at)
  return tonumber(at.s) + tonumber(at.ns) / 1e9
end
local threads, number = {}, 0
function setup(thread)
  thread:set("me", number)
  number = number + 1
  table.insert(threads, thread)
end
local text = "POST /api/transactions HTTP/1.1\\r\\nHost: bench\\r\\nPrefer: respond-async\\r\\n"
  .. "Authorization: Bearer %s%033d\\r\\nContent-Type: application/json\\r\\n"
  .. "Content-Length: %d\\r\\n\\r\\n%s"
local body = '{"product_id":%d,"target_id":"0812%08d","ref_id":"b-%d-%d-%d"}'
local rest = "GET /healthz HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n"
local first, seed = nil, 0
created, others, last, asked = 0, 0, 0, 0
function init(args)
  stem, people, wallet, product, products = args[1], tonumber(args[2]), tonumber(args[3]),
    tonumber(args[4]), tonumber(args[5])
  seconds = tonumber(args[6])
  math.randomseed(me + 1 + clock() * 1000 % 1e9)
  seed = math.floor(clock() * 1000)
  first = nil
end
function request()
  local now = clock()
  first = first or now
  if now - first > seconds then return rest end
  asked = asked + 1
  local b = string.format(body, product + math.random(0, products - 1), math.random(0, 99999999),
    seed, me, asked)
  return string.format(text, stem, wallet + math.random(0, people - 1), #b, b)
end
function response(status)
  if status == 201 then
    created = created + 1
    last = clock() - first
  elseif status ~= 200 then
    others = others + 1
  end
end
function done(summary, latency)
  local sum, odd, longest = 0, 0, 0
  for _, thread in ipairs(threads) do
    sum = sum + thread:get("created")
    odd = odd + thread:get("others")
    longest = math.max(longest, thread:get("last"))
  end
  local e = summary.errors
  print(string.format("BENCH %d %d %.6f %.3f %.3f", sum, odd + e.connect + e.read + e.timeout,
    longest, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""

READ = """
local paths, at = {}, 0
function init(args)
  for i = 2, #args do table.insert(paths, args[i]) end
  token = args[1]
end
function request()
  at = at % #paths + 1
  return "GET " .. paths[at] .. " HTTP/1.1\\r\\nHost: bench\\r\\nAuthorization: Bearer " .. token
    .. "\\r\\n\\r\\n"
end
function done(summary, latency)
  local e = summary.errors
  print(string.format("BENCH %d %d %.6f %.3f %.3f", summary.requests,
    e.status + e.connect + e.read + e.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True)
class Run:
    """What wrk counted: good answers, odd ones, seconds, and latency in ms."""

    good: int
    odd: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.good / self.seconds


@cache
def install() -> str | None:
    """The wrk command; None where it cannot be had. As root it is installed from Debian."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "wrk"], capture_output=True, check=False)
    return shutil.which("wrk")


def place(address: str, *, connections: int, seconds: int, people: int) -> Run:
    """Orders over HTTP from ``people`` wallets, each with its own token and reference."""
    who = [str(x) for x in (TOKEN_STEM, people, FIRST_USER, FIRST_PRODUCT, PRODUCTS)]
    if install() is None:
        return _plain(address, connections, seconds, ["place", *who])
    # A second more than we count, in which the last orders are answered.
    return _run(PLACE, address, connections, seconds + 1, [*who, str(seconds)])


def read(address: str, paths: list[str], *, token: str, connections: int, seconds: int) -> Run:
    """The same GETs again and again."""
    if install() is None:
        return _plain(address, connections, seconds, ["read", token, *paths])
    return _run(READ, address, connections, seconds, [token, *paths])


def _run(script: str, address: str, connections: int, seconds: int, arguments: list[str]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.lua"
        path.write_text(script)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(path), address]
        return _counted([*command, "--", *arguments])


def _plain(address: str, connections: int, seconds: int, arguments: list[str]) -> Run:
    """By our own loader, in a process of its own."""
    url = urlsplit(address)
    facts = [str(url.hostname), str(url.port), str(connections), str(seconds)]
    return _counted([sys.executable, "-m", "bench.loader", *facts, *arguments])


def _counted(command: list[str]) -> Run:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    line = next((x for x in ran.stdout.splitlines() if x.startswith("BENCH ")), None)
    if line is None:
        raise SystemExit(f"the load failed: {ran.stdout} {ran.stderr}")
    good, odd, took, p50, p99 = line.split()[1:]
    return Run(int(good), int(odd), float(took), float(p50), float(p99))
