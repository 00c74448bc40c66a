"""``konter demo``: a whole shop in a minute, beside simulated upstreams, on fresh data.

It sells a few products end to end, from a balance and to guests through two payment gateways,
prints their receipts, proves the books, compares our accounts upstream with the upstreams' own,
and then keeps serving.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import aiohttp
import typer
from rich.console import Console

from konter.app import House, open_house
from konter.cli import demo_payments as guests
from konter.cli import demo_stories as stories
from konter.cli.logs import set_up_logs
from konter.cli.serve import serve_house, stop_signal
from konter.cli.simulator import Simulator, running_simulator
from konter.kernel.errors import Unavailable
from konter.settings import Settings, load_settings
from konter.worker import open_worker

USERNAME = "budiwarung"
API_KEY = "11111111-2222-4333-8444-555566667777"
IPAYMU_VA = "0000001112223334"
IPAYMU_API_KEY = "SANDBOX0TESTKEY-AAAA-BBBB-CCCC-000000000001-20300101000000"
TRIPAY_API_KEY = "DEV-TSTPRAPIKEY00000000000000000000000001"
TRIPAY_PRIVATE_KEY = "TSTPR-IVATE-KEY00-00000-00001"
TRIPAY_MERCHANT_CODE = "T99999"
"""The simulator's own credentials: invented, and worth nothing anywhere else."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the stories play on."""

    house: House
    simulator: Simulator
    url: str


def demo(
    once: Annotated[bool, typer.Option("--once", help="Sell, check, and stop.")] = False,
) -> None:
    """Show the whole shop at work; exit 0 only if every story ended as it should."""
    chosen = load_settings()
    _refuse_busy_port(chosen)
    home = chosen.home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    if not asyncio.run(_demo(chosen, home, once=once)):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


async def _demo(chosen: Settings, home: Path, *, once: bool) -> bool:
    console = Console()
    webhook_secret = secrets.token_hex(16)
    url = f"http://{chosen.host}:{chosen.port}"
    console.print("Starting simulated upstreams and the embedded PostgreSQL ...")
    async with running_simulator(
        webhook_url=f"{url}/webhook/digiflazz", webhook_secret=webhook_secret
    ) as simulator:
        settings = _settings(chosen, home, simulator, webhook_secret)
        set_up_logs(settings, least="warning")
        async with open_house(settings) as house:
            stop = stop_signal()
            runner = await open_worker(house)
            address = (chosen.host, chosen.port)
            serving = asyncio.create_task(serve_house(house, address, runner, stop=stop))
            await _until_ready(url)
            good = await _play(Stage(house, simulator, url), console, once=once)
            if once or not good:
                stop.set()
            await serving
    return good


async def _play(stage: Stage, console: Console, *, once: bool) -> bool:
    people = await stories.open_shop(stage.house, stage.simulator, console)
    endings = await stories.sell(stage.url, people, console)
    endings += await guests.sell_to_guests(stage.house, stage.url, stage.simulator, console)
    settled = await guests.prove_gateways(stage.house, stage.simulator, console)
    books = await stories.prove_books(stage.house, stage.simulator, console)
    good = all(endings) and settled and books
    if not good:
        console.print("[bold red]A story did not end as it should.[/bold red]")
    elif not once:
        home = stage.house.settings.home
        await stories.say_what_next(stage.url, home, stage.simulator, people, console=console)
    return good


def _settings(chosen: Settings, home: Path, simulator: Simulator, webhook_secret: str) -> Settings:
    """Nothing of a real shop's settings but where to listen: a demo never buys for real."""
    return load_settings(
        {
            "KONTER_HOME": str(home),
            "KONTER_HOST": chosen.host,
            "KONTER_PORT": str(chosen.port),
            "DIGIFLAZZ_USERNAME": USERNAME,
            "DIGIFLAZZ_API_KEY": API_KEY,
            "DIGIFLAZZ_BASE_URL": simulator.digiflazz_url,
            "DIGIFLAZZ_WEBHOOK_SECRET": webhook_secret,
            "IPAYMU_VA": IPAYMU_VA,
            "IPAYMU_API_KEY": IPAYMU_API_KEY,
            "IPAYMU_BASE_URL": simulator.api_of("ipaymu"),
            "TRIPAY_API_KEY": TRIPAY_API_KEY,
            "TRIPAY_PRIVATE_KEY": TRIPAY_PRIVATE_KEY,
            "TRIPAY_MERCHANT_CODE": TRIPAY_MERCHANT_CODE,
            "TRIPAY_BASE_URL": simulator.api_of("tripay"),
        },
        Path(os.devnull),
    )


def _refuse_busy_port(chosen: Settings) -> None:
    """Raises Unavailable, before anything of an earlier demo is removed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            raise Unavailable(
                f"{chosen.host}:{chosen.port} sedang dipakai; pilih yang lain, misalnya "
                "KONTER_PORT=8001 make demo"
            ) from error


async def _until_ready(url: str) -> None:
    """Raises Unavailable if the site does not come up within ten seconds."""
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise Unavailable
