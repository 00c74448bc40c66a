"""The reference of row 6: the same server and login, one primary-key SELECT, the bytes as given.

``python -m bench.bare PORT ORDER_ID FILE…`` serves each file's bytes at ``/api/bare/0``, ``/1``, …
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from litestar import Router, get
from litestar.params import FromPath
from litestar.types import ASGIApp

from konter.app import open_house
from konter.cli.serve import server_of, settle_in, stop_signal
from konter.settings import load_settings
from konter.web.answer import RawAnswer
from konter.web.auth import signed_in
from konter.web.request import SiteRequest
from konter.web.site import Site

ONE = "SELECT id FROM orders.orders WHERE id = %(id)s"


async def serve(port: int, order_id: int, bodies: list[bytes]) -> None:
    @get("/{which:int}", include_in_schema=False)
    async def bare(request: SiteRequest, which: FromPath[int]) -> ASGIApp:
        async with request.desks.db.read() as tx:
            await tx.row(ONE, {"id": order_id})
        return RawAnswer(200, bodies[which])

    async with open_house(load_settings()) as house:
        router = Router("/api/bare", route_handlers=[bare], before_request=signed_in)
        server = server_of(Site(house.site_desks(), [router]), ("127.0.0.1", port))
        settle_in()
        web = asyncio.create_task(server.serve())
        await stop_signal().wait()
        server.stop()  # type: ignore[no-untyped-call]
        await web


if __name__ == "__main__":
    files = [Path(name).read_bytes() for name in sys.argv[3:]]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), int(sys.argv[2]), files))
