"""The simulated upstreams as a process of their own, for the demo."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from konter.kernel.errors import Broken

GREETING = "konter_sim listening on "


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator; its front page lists every trick."""

    url: str

    @property
    def digiflazz_url(self) -> str:
        return f"{self.url}/digiflazz/v1"

    async def deposit(self) -> tuple[int, int]:
        """Our account by their own books, whole rupiah: what we paid in, and what is left."""
        at = f"{self.url}/_sim/digiflazz/books"
        async with aiohttp.ClientSession() as session, session.get(at) as answer:
            books = await answer.json()
        return books["opening"] + books["topups"], books["deposit"]

    async def breaches(self) -> int:
        """How often we broke a rule of theirs, of all of them together."""
        found = 0
        async with aiohttp.ClientSession() as session:
            for name in ("digiflazz", "ipaymu", "tripay"):
                async with session.get(f"{self.url}/_sim/{name}/breaches") as answer:
                    found += len(await answer.json())
        return found

    def api_of(self, gateway: str) -> str:
        """The base url of a payment gateway's API."""
        return f"{self.url}/{gateway}/api" + ("/v2" if gateway == "ipaymu" else "")

    async def pay(self, gateway: str, payment: str) -> None:
        """A customer pays, by the gateway's id of the payment or of its page."""
        await self._post(gateway, "pay", {"id": payment})

    async def settle(self, gateway: str) -> None:
        """The gateway pays out all that it owes."""
        await self._post(gateway, "settle", {})

    async def owed_by(self, gateway: str) -> int:
        """What a gateway owes by its own books, whole rupiah."""
        at = f"{self.url}/_sim/{gateway}/books"
        async with aiohttp.ClientSession() as session, session.get(at) as answer:
            return int((await answer.json())["owed"])

    async def _post(self, gateway: str, what: str, wish: dict[str, str]) -> None:
        at = f"{self.url}/_sim/{gateway}/{what}"
        async with aiohttp.ClientSession() as session, session.post(at, json=wish) as answer:
            if answer.status != 200:
                raise Broken(f"The simulator refused: {await answer.text()}")


@asynccontextmanager
async def running_simulator(*, webhook_url: str, webhook_secret: str) -> AsyncIterator[Simulator]:
    """Start one on a free port and end it with this block. Raises Broken if it does not start."""
    options = (f"--webhook-url={webhook_url}", f"--webhook-secret={webhook_secret}")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "konter_sim",
        "--port=0",
        "--webhook-delay-ms=1500",
        *options,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C stops the demo, and the demo stops the simulator
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode().strip()
        if not line.startswith(GREETING):
            raise Broken("The simulator did not start")
        yield Simulator(line.removeprefix(GREETING))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
