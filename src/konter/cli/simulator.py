"""The simulated upstreams as a process of their own, for the demo."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import Struct

from konter.kernel.errors import Broken

GREETING = "konter_sim listening on "


UPSTREAMS = ("digiflazz", "okeconnect", "ipaymu", "tripay", "partner")
"""All that we talk to; the last one is a reseller's server, downstream of us."""

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator; its front page lists every trick."""

    url: str

    @property
    def digiflazz_url(self) -> str:
        return f"{self.url}/digiflazz/v1"

    @property
    def okeconnect_url(self) -> str:
        return f"{self.url}/okeconnect"

    @property
    def partner_report_url(self) -> str:
        """Where the partner is told of the end of its purchases."""
        return f"{self.url}/partner/report"

    async def ask(
        self, kind: type[Kind], upstream: str, what: str, wish: Mapping[str, object] | None = None
    ) -> Kind:
        """Look at something, or do it where there is a wish; the answer, read as ``kind``."""
        at = f"{self.url}/_sim/{upstream}/{what}"
        method = "GET" if wish is None else "POST"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, at, json=wish) as answer,
        ):
            if answer.status != 200:
                raise Broken(f"The simulator refused: {await answer.text()}")
            return msgspec.json.decode(await answer.read(), type=kind)

    async def deposit(self, supplier: str) -> tuple[int, int]:
        """Our account by their own books, whole rupiah: what we paid in, and what is left."""
        books = await self.ask(_Deposit, supplier, "books")
        return books.opening + books.topups, books.deposit

    async def breaches(self) -> dict[str, int]:
        """How often we broke a rule of theirs, by their names; of the partner, our word."""
        return {
            name: len(await self.ask(list[msgspec.Raw], name, "breaches")) for name in UPSTREAMS
        }

    def api_of(self, gateway: str) -> str:
        """The base url of a payment gateway's API."""
        return f"{self.url}/{gateway}/api" + ("/v2" if gateway == "ipaymu" else "")

    async def pay(self, gateway: str, payment: str) -> None:
        """A customer pays, by the gateway's id of the payment or of its page."""
        await self.ask(msgspec.Raw, gateway, "pay", {"id": payment})

    async def settle(self, gateway: str) -> None:
        """The gateway pays out all that it owes."""
        await self.ask(msgspec.Raw, gateway, "settle", {})

    async def owed_by(self, gateway: str) -> int:
        """What a gateway owes by its own books, whole rupiah."""
        return (await self.ask(_Owed, gateway, "books")).owed


class _Deposit(Struct):
    opening: int
    topups: int
    deposit: int


class _Owed(Struct):
    owed: int


@asynccontextmanager
async def running_simulator(**options: str) -> AsyncIterator[Simulator]:
    """Start one on a free port and end it with this block; ``webhook_url`` is its
    ``--webhook-url``. Raises Broken if it does not start."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "konter_sim",
        "--port=0",
        "--webhook-delay-ms=1500",
        *flags,
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
