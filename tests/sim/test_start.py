"""The process: one line when it listens, every option a flag, a clean end on SIGTERM."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

import konter_sim

SOURCE = Path(konter_sim.__path__[0]).parent


async def test_the_process_says_where_it_listens_and_stops_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "konter_sim", "--port", "0"),
        *("--repost-gap-s", "0.5", "--webhook-on-create", "false", "--deposit", "42"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("konter_sim listening on http://127.0.0.1:")
    url = line.split()[-1]
    where = f"{url}/_sim/digiflazz/options"
    async with aiohttp.ClientSession() as session, session.get(where) as reply:
        options = await reply.json()
    assert (options["repost_gap_s"], options["webhook_on_create"]) == (0.5, False)
    assert options["deposit"] == 42
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 5) == 0
