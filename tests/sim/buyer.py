"""A client of the simulator, and a receiver of its webhooks, both over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

import aiohttp
from aiohttp import web

from tests.sim.vectors import DEV_KEY, PROD_KEY, USERNAME

Json = dict[str, Any]


def signed(suffix: str, key: str = PROD_KEY) -> str:
    return md5(f"{USERNAME}{key}{suffix}".encode()).hexdigest()


@dataclass(frozen=True)
class Said:
    """One answer: HTTP status, raw body, and `data` when the body was JSON with it."""

    status: int
    raw: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.raw)["data"]

    @property
    def rc(self) -> str:
        return str(self.data["rc"])


class Buyer:
    """Speaks Digiflazz's API and the control API to one running desk."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self.url = url
        self.api = f"{url}/digiflazz/v1"

    async def post(self, path: str, body: object, *, timeout_s: float = 5.0) -> Said:
        patience = aiohttp.ClientTimeout(total=timeout_s)
        async with self._session.post(self.api + path, json=body, timeout=patience) as reply:
            return Said(reply.status, await reply.read())

    async def raw(self, path: str, body: bytes, content_type: str) -> Said:
        headers = {"Content-Type": content_type}
        async with self._session.post(self.api + path, data=body, headers=headers) as reply:
            return Said(reply.status, await reply.read())

    async def topup(
        self,
        ref_id: str,
        number: str = "081200000000",
        sku: str = "s10",
        *,
        timeout_s: float = 5.0,
        **more: object,
    ) -> Said:
        body = {
            "username": USERNAME,
            "buyer_sku_code": sku,
            "customer_no": number,
            "ref_id": ref_id,
            "sign": signed(ref_id),
            **more,
        }
        return await self.post("/transaction", body, timeout_s=timeout_s)

    async def test_topup(self, ref_id: str, number: str, **more: object) -> Said:
        """As the development mode wants it."""
        flags = {"testing": True, "sign": signed(ref_id, DEV_KEY), **more}
        return await self.topup(ref_id, number, "xld10", **flags)  # type: ignore[arg-type]

    async def bill(
        self,
        command: str,
        ref_id: str,
        number: str = "530012345678",
        sku: str = "pln",
        *,
        testing: bool = False,
        **more: object,
    ) -> Said:
        """`inq`, `pay` or `status`; with `testing` as the development mode wants it."""
        if testing:
            more = {"testing": True, "sign": signed(ref_id, DEV_KEY), **more}
        asked = {"commands": f"{command}-pasca", **more}
        return await self.topup(ref_id, number, sku, **asked)  # type: ignore[arg-type]

    async def price_list(self, cmd: str = "prepaid", **more: object) -> Said:
        body = {"cmd": cmd, "username": USERNAME, "sign": signed("pricelist"), **more}
        return await self.post("/price-list", body)

    async def balance(self) -> int:
        body = {"cmd": "deposit", "username": USERNAME, "sign": signed("depo")}
        return int((await self.post("/cek-saldo", body)).data["deposit"])

    async def look(self, what: str) -> Any:
        async with self._session.get(f"{self.url}/_sim/digiflazz/{what}") as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def tell(self, what: str, body: object = None, *, status: int = 200) -> Any:
        path = f"{self.url}/_sim/digiflazz/{what}"
        async with self._session.post(path, json=body or {}) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def script(
        self, number: str, *plan: Mapping[str, object], inquiry: Sequence[object] = ()
    ) -> None:
        await self.tell("script", {"customer_no": number, "plan": plan, "inquiry": inquiry})

    async def transaction(self, ref_id: str) -> Json | None:
        rows = (await self.look("books"))["transactions"]
        return next((row for row in rows if row["ref_id"] == ref_id), None)

    async def broken_rules(self) -> list[str]:
        return [breach["rule"] for breach in await self.look("breaches")]

    async def balanced(self) -> bool:
        books = await self.look("books")
        return bool(books["opening"] + books["topups"] - books["spent"] == books["deposit"])


@dataclass(frozen=True)
class Hook:
    event: str
    agent: str
    signature: str | None
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def told(self) -> tuple[str, str, str]:
        data = self.body["data"]
        return self.event, data["status"], data["rc"]


@dataclass
class Mailbox:
    """Collects webhooks; `answers` are the HTTP statuses to give, then 200."""

    url: str = ""
    hooks: list[Hook] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        headers = request.headers
        event, agent = headers["X-Digiflazz-Event"], headers["User-Agent"]
        signature = headers.get("X-Hub-Signature")
        self.hooks.append(Hook(event, agent, signature, await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [hook.told for hook in self.hooks]

    async def holds(self, count: int) -> None:
        await until(lambda: len(self.hooks) >= count)


async def until(happened: Callable[[], bool], *, within_s: float = 2.0) -> None:
    async with asyncio.timeout(within_s):
        while not happened():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    app = web.Application()
    app.router.add_post("/hook", mailbox.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    mailbox.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield mailbox
    finally:
        await runner.cleanup()
