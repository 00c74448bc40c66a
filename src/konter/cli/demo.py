"""``konter demo``: a whole shop in a minute, beside simulated upstreams, on fresh data.

It sells a few products end to end, from a balance, by two suppliers, to a reseller's own server
and to guests through two payment gateways, pays two bills for the reseller, prints all receipts,
proves the books, compares our accounts upstream with the upstreams' own, and then keeps serving.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import aiohttp
import typer
from rich.console import Console

from konter.app import open_house
from konter.cli.demo_play import play
from konter.cli.demo_stage import Stage
from konter.cli.logs import set_up_logs
from konter.cli.serve import serve_house, stop_signal
from konter.cli.simulator import Simulator, running_simulator
from konter.kernel.errors import Unavailable
from konter.settings import Settings, load_settings
from konter.worker import open_worker

REPOST_GAP_S: Final = "2"
"""Digiflazz wants a minute between two calls about one purchase; that is too long to watch."""

CREDENTIALS: Final[Mapping[str, str]] = {
    "DIGIFLAZZ_USERNAME": "budiwarung",
    "DIGIFLAZZ_API_KEY": "11111111-2222-4333-8444-555566667777",
    "OKECONNECT_MEMBER_ID": "OK00123",
    "OKECONNECT_PIN": "123456",
    "OKECONNECT_PASSWORD": "rahasia",
    "IPAYMU_VA": "0000001112223334",
    "IPAYMU_API_KEY": "SANDBOX0TESTKEY-AAAA-BBBB-CCCC-000000000001-20300101000000",
    "TRIPAY_API_KEY": "DEV-TSTPRAPIKEY00000000000000000000000001",
    "TRIPAY_PRIVATE_KEY": "TSTPR-IVATE-KEY00-00000-00001",
    "TRIPAY_MERCHANT_CODE": "T99999",
}
"""The simulator's own: invented, and worth nothing anywhere else."""


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
    hooks = {
        "DIGIFLAZZ_WEBHOOK_SECRET": secrets.token_hex(16),
        "OKECONNECT_CALLBACK_SECRET": secrets.token_hex(16),
    }
    url = f"http://{chosen.host}:{chosen.port}"
    console.print("Starting simulated upstreams and the embedded PostgreSQL ...")
    callback = f"{url}/api/webhook/transaction-callback/{hooks['OKECONNECT_CALLBACK_SECRET']}"
    async with running_simulator(
        webhook_url=f"{url}/webhook/digiflazz",
        webhook_secret=hooks["DIGIFLAZZ_WEBHOOK_SECRET"],
        okeconnect_report_url=callback,
        repost_gap_s=REPOST_GAP_S,
    ) as simulator:
        settings = _settings(chosen, home, simulator, hooks)
        set_up_logs(settings, least="warning")
        async with open_house(settings) as house:
            stop = stop_signal()
            runner = await open_worker(house)
            address = (chosen.host, chosen.port)
            serving = asyncio.create_task(serve_house(house, address, runner, stop=stop))
            await _until_ready(url)
            good = await play(Stage(house, simulator, url, console), once=once)
            if once or not good:
                stop.set()
            await serving
    return good


def _settings(
    chosen: Settings, home: Path, simulator: Simulator, hooks: Mapping[str, str]
) -> Settings:
    """Nothing of a real shop's settings but where to listen: a demo never buys for real."""
    return load_settings(
        {
            "KONTER_HOME": str(home),
            "KONTER_HOST": chosen.host,
            "KONTER_PORT": str(chosen.port),
            **CREDENTIALS,
            **hooks,
            "DIGIFLAZZ_BASE_URL": simulator.digiflazz_url,
            "OKECONNECT_BASE_URL": simulator.okeconnect_url,
            "OKECONNECT_PRICE_LIST_URL": f"{simulator.okeconnect_url}/harga/json?id=simulasi",
            "IPAYMU_BASE_URL": simulator.api_of("ipaymu"),
            "TRIPAY_BASE_URL": simulator.api_of("tripay"),
            # A callback of OkeConnect's is looked into after a fifth of this.
            "KONTER_CHECK_SPACING_S": "1",
            "KONTER_ENQUIRY_MIN_GAP_S": REPOST_GAP_S,
            # A bill may be checked and paid up to the end of the day.
            "KONTER_BILL_BEFORE_MIDNIGHT_S": "0",
            # The partner's server is on this machine.
            "KONTER_CALLBACK_PRIVATE": "yes",
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
