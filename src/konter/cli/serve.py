"""``konter serve``, ``konter worker``, ``konter sim``: the long-running processes."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import Coroutine
from typing import Annotated

import structlog
import typer
import uvloop
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from litestar import Litestar

from konter.app import House, open_house
from konter.cli.logs import set_up_logs
from konter.jobs.run import Runner
from konter.settings import Settings, load_settings
from konter.web.site import build_site
from konter.worker import open_worker

log = structlog.get_logger("konter")

GRACE_S = 30
"""How long a stopping process finishes calls in flight; what is left has its lease."""

MOST_FILES = 65_536


def serve(
    host: Annotated[str | None, typer.Option(help="Default: KONTER_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: KONTER_PORT.")] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="The web alone.")] = False,
) -> None:
    """Serve the web, with a worker in it unless told otherwise."""
    settings = load_settings()
    set_up_logs(settings)
    address = (host or settings.host, port or settings.port)
    run_long(_serve(settings, address, with_worker=not no_worker))


def worker() -> None:
    """Work the queues; run as many as you like, on as many machines."""
    settings = load_settings()
    set_up_logs(settings)
    run_long(_work(settings))


def sim(
    port: Annotated[int, typer.Option(help="Where the simulated upstreams listen.")] = 9100,
) -> None:
    """Run the simulated upstreams by hand; their front page lists every trick."""
    command = [sys.executable, "-m", "konter_sim", "--port", str(port)]
    os.execv(sys.executable, command)


def run_long(work: Coroutine[None, None, None]) -> None:
    """Run a process that lives for months: the faster loop, and a calmer garbage collector.

    Measured (docs/decisions/0010-uvloop-and-a-calm-collector.md): a fifth less CPU for each order.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Each call in flight is a connection of its own, so a busy worker needs more than 1,024.
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("sim")(sim)


async def _serve(settings: Settings, address: tuple[str, int], *, with_worker: bool) -> None:
    async with open_house(settings) as house:
        runner = await open_worker(house) if with_worker else None
        await serve_house(house, address, runner, stop=stop_signal())


async def serve_house(
    house: House, address: tuple[str, int], runner: Runner | None, *, stop: asyncio.Event
) -> None:
    """Serve until ``stop``; then take no more requests, finish what is under way, and return."""
    host, port = address
    site = build_site(house.site_desks())
    server = server_of(site, address)
    settle_in()
    work = asyncio.create_task(runner.run()) if runner else None
    web = asyncio.create_task(server.serve())
    log.info("konter.serving", url=f"http://{host}:{port}", worker=runner is not None)
    ends = [web, asyncio.create_task(stop.wait()), *([work] if work else [])]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    log.info("konter.stopping")
    site.hang_up()
    server.stop()  # type: ignore[no-untyped-call]
    await web
    if runner and work:
        await finish(runner, work)


async def _work(settings: Settings) -> None:
    async with open_house(settings) as house:
        runner = await open_worker(house)
        settle_in()
        work = asyncio.create_task(runner.run())
        log.info("konter.working", in_flight=settings.worker_in_flight)
        stop = asyncio.create_task(stop_signal().wait())
        await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
        log.info("konter.stopping")
        await finish(runner, work)


def server_of(site: Litestar, address: tuple[str, int]) -> Server:
    """Granian in this very loop. Several processes may listen on one address: the kernel deals
    new connections out among them."""
    host, port = address
    return Server(
        site,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.error,  # its only warning says that embedding is new
        backlog=1024,
    )


def settle_in() -> None:
    """All that stands now stays: the collector need not look through it again and again.

    A batch of orders makes some ten thousand short-lived objects and hardly any cycle, so the
    collector's default of looking after every 700 cost an eighth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def finish(runner: Runner, work: asyncio.Task[None]) -> None:
    """Let the worker finish its calls, for a while."""
    runner.stop()
    done, _ = await asyncio.wait([work], timeout=GRACE_S)
    if not done:
        log.warning("konter.left_to_lease")
        work.cancel()
    elif error := work.exception():
        raise error


def stop_signal() -> asyncio.Event:
    """Set when the process is asked to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
