"""A member of OkeConnect over real HTTP, and the address its callbacks go to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from aiohttp import web
from yarl import URL

MEMBER = {"memberID": "OK00123", "pin": "123456", "password": "rahasia"}
NUMBER = "089660522887"


@dataclass(frozen=True)
class Said:
    """One answer: HTTP status, content type, text."""

    status: int
    content_type: str
    text: str


class Member:
    """Speaks OkeConnect's API and the control API to one running desk.

    A GET whose connection drops is sent again by aiohttp itself, which would be a second
    purchase: not here.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self.url = url

    async def get(self, path: str, query: Mapping[str, str], *, timeout_s: float = 5.0) -> Said:
        told = "&".join(f"{name}={quote_plus(value)}" for name, value in query.items())
        where = URL(f"{self.url}/okeconnect{path}?{told}", encoded=True)
        patience = aiohttp.ClientTimeout(total=timeout_s)
        async with (
            aiohttp.ClientSession(timeout=patience, middlewares=(_send_once,)) as session,
            session.get(where) as reply,
        ):
            return Said(reply.status, reply.content_type, await reply.text())

    async def buy(self, ref_id: str, dest: str = NUMBER, product: str = "T1", **more: str) -> str:
        """One purchase call; its sentence."""
        query = {"product": product, "dest": dest, "refID": ref_id, **MEMBER, **more}
        return (await self.get("/trx", query)).text

    async def check(self, ref_id: str, dest: str = NUMBER, product: str = "T1", **more: str) -> str:
        return await self.buy(ref_id, dest, product, check="1", **more)

    async def balance(self, **more: str) -> str:
        return (await self.get("/trx/balance", {**MEMBER, **more})).text

    async def look(self, what: str) -> Any:
        async with self._session.get(f"{self.url}/_sim/okeconnect/{what}") as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def tell(self, what: str, body: object = None, *, status: int = 200) -> Any:
        path = f"{self.url}/_sim/okeconnect/{what}"
        async with self._session.post(path, json=body or {}) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def script(self, dest: str, **plan: object) -> None:
        await self.tell("script", {"dest": dest, "plan": plan})

    async def transaction(self, ref_id: str) -> dict[str, Any] | None:
        rows = (await self.look("books"))["transactions"]
        return next((row for row in reversed(rows) if row["ref_id"] == ref_id), None)

    async def broken_rules(self) -> list[str]:
        return [breach["rule"] for breach in await self.look("breaches")]

    async def balanced(self) -> bool:
        books = await self.look("books")
        return bool(books["opening"] + books["topups"] - books["spent"] == books["deposit"])

    async def ends(self, ref_id: str, state: str) -> dict[str, Any]:
        """Wait until the transaction is where it should be."""
        async with asyncio.timeout(2):
            while True:
                row = await self.transaction(ref_id)
                if row is not None and row["state"] == state:
                    return row
                await asyncio.sleep(0.005)


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except aiohttp.ServerDisconnectedError as lost:
        raise aiohttp.ClientError("disconnected") from lost


@dataclass
class Inbox:
    """Collects callbacks; `answers` are (status, text) to give, then 200 OK."""

    url: str = ""
    got: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append(dict(request.query))
        status, text = self.answers.pop(0) if self.answers else (200, "OK")
        return web.Response(status=status, text=text)

    @property
    def told(self) -> list[str]:
        return [one["message"] for one in self.got]

    async def holds(self, count: int) -> None:
        await until(lambda: len(self.got) >= count)
        await asyncio.sleep(0.02)
        assert len(self.got) == count, self.told


async def until(happened: Callable[[], bool], *, within_s: float = 2.0) -> None:
    async with asyncio.timeout(within_s):
        while not happened():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def open_inbox() -> AsyncIterator[Inbox]:
    inbox = Inbox()
    app = web.Application()
    app.router.add_get("/kabar", inbox.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    inbox.url = f"http://127.0.0.1:{runner.addresses[0][1]}/kabar?token=kunci"
    try:
        yield inbox
    finally:
        await runner.cleanup()
