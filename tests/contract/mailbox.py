"""Where webhooks and callbacks arrive, kept byte for byte as our own door would see them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from konter.kernel.wire_types import WireCall

SECRET = "rahasia-webhook-01"


class Mailbox:
    def __init__(self) -> None:
        self.url = ""
        self._calls: asyncio.Queue[WireCall] = asyncio.Queue()

    async def next(self) -> WireCall:
        """The next webhook, or a failed test."""
        return await asyncio.wait_for(self._calls.get(), 5)

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        await self._calls.put(
            WireCall(
                method=request.method,
                path=request.path,
                query=request.query_string,
                headers=headers,
                body=await request.read(),
                remote=request.remote or "",
            )
        )
        return web.Response(text="ok")


@asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    app = web.Application()
    app.router.add_post("/hook", mailbox.take)
    app.router.add_get("/hook", mailbox.take, allow_head=False)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    mailbox.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield mailbox
    finally:
        await runner.cleanup()
