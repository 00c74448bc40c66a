"""Assembles the upstreams on one desk and runs them on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from konter_sim import page
from konter_sim.digiflazz import calls, control
from konter_sim.digiflazz.options import Options
from konter_sim.digiflazz.state import Digiflazz

__all__ = ["Options", "RunningDesk", "running_desk"]


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """`url` has no trailing slash; the Digiflazz base url is `url + "/digiflazz/v1"`."""

    url: str
    digiflazz: Digiflazz

    @property
    def digiflazz_url(self) -> str:
        return self.url + calls.PREFIX


def assemble(digi: Digiflazz) -> web.Application:
    app = web.Application(client_max_size=32 * 1024 * 1024)
    calls.add_routes(app, digi)
    control.add_routes(app, digi)
    page.add_routes(app, digi)
    return app


@asynccontextmanager
async def running_desk(
    options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[RunningDesk]:
    """Listen until the block ends. Port 0 picks a free one.

    A handler is cancelled when its caller hangs up, so a call ends when the client leaves.
    """
    digi = Digiflazz(options or Options())
    runner = web.AppRunner(
        assemble(digi), access_log=None, handler_cancellation=True, shutdown_timeout=0.2
    )
    await digi.hooks.open()
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        bound_port = int(runner.addresses[0][1])
        yield RunningDesk(f"http://{host}:{bound_port}", digi)
    finally:
        await digi.hooks.close()
        await runner.cleanup()
