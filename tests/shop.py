"""A whole shop for a test: house, worker and site in this process, Digiflazz in another.

Minutes are tenths of a second here; nothing else differs from a running installation.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from konter.app import House, open_house
from konter.catalogue.sync import sync_products
from konter.db.pool import CommitObserver
from konter.funding.adjust import adjust
from konter.funding.channels import refresh_channels
from konter.funding.topup import record_topup
from konter.jobs.run import Runner
from konter.kernel.books import Breach
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sum, account_sums, balance
from konter.orders.check import check_books
from konter.orders.read import OrderView, orders_by_id
from konter.people.passwords import Hasher
from konter.people.permits import Role
from konter.people.register import create_user
from konter.settings import Settings, load_settings
from konter.web.desks import Desks
from konter.web.site import Site, build_site
from konter.worker import open_worker
from tests.sim_process import (
    IPAYMU_API_KEY,
    IPAYMU_VA,
    PROD_KEY,
    TRIPAY_API_KEY,
    TRIPAY_MERCHANT,
    TRIPAY_PRIVATE_KEY,
    USERNAME,
    Sim,
)
from tests.warm import database

WEBHOOK_SECRET = "rahasia-webhook-01"
ACCOUNT = "digiflazz-main"
GAP_S = 0.15
"""The upstream's least gap between two calls about one transaction (60 s outside tests)."""

IDLE_SITES: list[Site] = []
CHEAP = Hasher(time_cost=1, memory_kib=64)

QUICK = {
    "KONTER_FIRST_NEWS_WAIT_S": "3",
    "KONTER_ENQUIRY_FIRST_S": "0.3",
    "KONTER_ENQUIRY_SPACING_S": "0.2",
    "KONTER_ENQUIRY_MIN_GAP_S": str(GAP_S),
    "KONTER_UPSTREAM_TIMEOUT_S": "1",
    "KONTER_HELD_DEADLINE_S": "60",
    "KONTER_STUCK_AFTER_S": "60",
    "KONTER_REPEAT_GAP_S": "0",
    "KONTER_POLL_S": "0.1",
    "KONTER_PRICE_LIST_GAP_S": "0",
    "KONTER_PRICE_LIST_CACHE_S": "0",
    "KONTER_MINIMUM_MARGIN": "100",
    "KONTER_DB_POOL": "4",
}


def quick_settings(conninfo: str, sim: Sim, **changes: str) -> Settings:
    """Settings that turn minutes into tenths of a second."""
    environ = {
        **QUICK,
        "KONTER_HOME": f"build/test-home/{uuid.uuid4().hex}",
        "DATABASE_URL": conninfo,
        "KONTER_SECRET": "x" * 40,
        "DIGIFLAZZ_USERNAME": USERNAME,
        "DIGIFLAZZ_API_KEY": PROD_KEY,
        "DIGIFLAZZ_BASE_URL": sim.digiflazz_url,
        "DIGIFLAZZ_WEBHOOK_SECRET": WEBHOOK_SECRET,
        **changes,
    }
    return load_settings(environ, Path("/nonexistent/.env"))


@dataclass
class Shop:
    """What a story needs: people who buy, an upstream that plays tricks, and honest books."""

    house: House
    sim: Sim
    client: Client
    runner: Runner | None = None
    _work: asyncio.Task[None] | None = field(default=None, repr=False)
    people: int = 0

    async def start_worker(self) -> None:
        self.runner = await open_worker(self.house)
        self._work = asyncio.create_task(self.runner.run())

    async def stop_worker(self) -> None:
        if self.runner and self._work:
            self.runner.stop()
            await self._work
        self.runner = None

    async def buyer(self, *, money: int = 1_000_000, role: Role = Role.RESELLER) -> Buyer:
        """A new user with a wallet of ``money`` rupiah, logged in."""
        self.people += 1
        email = f"pembeli{self.people}@example.com"
        person = await create_user(
            self.house.people, email=email, name="Pembeli", role=role, password="rahasia-123"
        )
        if money:
            await adjust(
                self.house.funding,
                user_id=person.id,
                amount=Rupiah(money),
                reason="modal awal",
                actor="test",
            )
        answer = await self.client.post(
            "/api/auth/login", json={"email": email, "password": "rahasia-123"}
        )
        return Buyer(self, person.id, answer.json()["token"])

    async def product(self, code: str) -> int:
        async with self.house.db.read() as tx:
            row = await tx.row("SELECT id FROM catalogue.products WHERE code = %s", [code])
        assert row is not None, code
        return int(row[0])

    async def order(self, order_id: int) -> OrderView:
        async with self.house.db.read() as tx:
            return (await orders_by_id(tx, [order_id]))[order_id]

    async def until(self, order_id: int, *states: str, within_s: float = 8) -> OrderView:
        """The order once it is in one of these states."""
        deadline = time.monotonic() + within_s
        while True:
            order = await self.order(order_id)
            if order.state in states:
                return order
            assert time.monotonic() < deadline, f"{order.code} is still {order.state}"
            await asyncio.sleep(0.02)

    async def breaches(self) -> list[Breach]:
        return await check_books(self.house.db)

    async def account(self, name: str) -> int:
        async with self.house.db.read() as tx:
            return await account_sum(tx, name)

    async def assert_honest(self, *, except_breaches: bool = False) -> None:
        """The laws hold, our account there equals theirs, and no rule of theirs was broken."""
        assert await self.breaches() == []
        deadline = time.monotonic() + 3
        # What is on its way at this moment they may have sold, and we not heard of.
        while (difference := await self._difference()) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert difference == 0
        if not except_breaches:
            assert await self.sim.breaches() == []

    async def _difference(self) -> int:
        """What our books say is left of our deposit there, less what is; whole rupiah."""
        async with self.house.db.read() as tx:
            sums = await account_sums(tx)
        assert sum(sums.values()) == 0
        return -sums.get(f"provider:{ACCOUNT}", 0) - int((await self.sim.books())["deposit"])


@dataclass
class Buyer:
    """One user over the JSON API."""

    shop: Shop
    id: int
    token: str

    async def buys(self, code: str, to: str, **facts: Any) -> Any:
        """POST /api/transactions; answers the response."""
        headers = {"Authorization": f"Bearer {self.token}", **facts.pop("headers", {})}
        body = {"product_id": await self.shop.product(code), "target_id": to, **facts}
        return await self.shop.client.post("/api/transactions", json=body, headers=headers)

    async def buys_async(self, code: str, to: str, **facts: Any) -> int:
        """The same, answered at once; answers the order's id."""
        facts.setdefault("headers", {})["Prefer"] = "respond-async"
        answer = await self.buys(code, to, **facts)
        assert answer.status_code in (200, 201), answer.text
        return int(answer.json()["transaction"]["id"])

    async def get(self, path: str) -> Any:
        return await self.shop.client.get(path, headers={"Authorization": f"Bearer {self.token}"})

    async def post(self, path: str, json: Any = None) -> Any:
        return await self.shop.client.post(
            path, json=json, headers={"Authorization": f"Bearer {self.token}"}
        )

    async def balance(self) -> int:
        async with self.shop.house.db.read() as tx:
            return (await balance(tx, self.id)).amount


@dataclass(frozen=True)
class Reply:
    """An answer, read whole."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Client:
    """Real HTTP to the running site."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **kwargs: Any) -> Reply:
        return await self.ask("GET", path, **kwargs)

    async def post(self, path: str, **kwargs: Any) -> Reply:
        return await self.ask("POST", path, **kwargs)

    async def ask(self, method: str, path: str, **kwargs: Any) -> Reply:
        async with self.session.request(method, self.url + path, **kwargs) as answer:
            return Reply(answer.status, await answer.text(), answer.headers)


def free_port() -> int:
    """Known before the house is opened: gateways call back where its base url says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@asynccontextmanager
async def served(house: House, *, port: int | None = None) -> AsyncIterator[Client]:
    """The site over real HTTP on this port of this machine, or a free one."""
    port = port or free_port()
    site = _site(house.site_desks())
    server = Server(
        site,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.error,
        backlog=1024,  # as `konter serve` does: beyond it a caller waits for somebody to hang up
    )
    serving = asyncio.create_task(server.serve())
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        client = Client(f"http://127.0.0.1:{port}", session)
        try:
            await _until_it_answers(client)
            yield client
        finally:
            site.hang_up()
            server.stop()  # type: ignore[no-untyped-call]
            await serving
            IDLE_SITES.append(site)


def _site(desks: Desks) -> Site:
    """Built for these desks, or one that served a shop of an earlier test."""
    if not IDLE_SITES:
        return build_site(desks)
    site = IDLE_SITES.pop()
    site.move_to(desks)
    return site


async def _until_it_answers(client: Client) -> None:
    for _ in range(200):
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except aiohttp.ClientError:
            await asyncio.sleep(0.02)
    raise AssertionError("the site did not start")


@asynccontextmanager
async def open_shop(
    conninfo: str,
    sim: Sim,
    *,
    observer: CommitObserver | None = None,
    with_worker: bool = True,
    **settings: str,
) -> AsyncIterator[Shop]:
    """A stocked shop on this database, its deposit recorded, its worker running."""
    async with _furnished(conninfo, sim, observer, settings) as shop:
        await stock(shop.house, sim)
        async with _working(shop, with_worker=with_worker):
            yield shop


@asynccontextmanager
async def open_stocked_shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    """The same, on a database where ``stock`` was done before."""
    async with _furnished(conninfo, sim, None, {}) as shop, _working(shop, with_worker=True):
        yield shop


@asynccontextmanager
async def _furnished(
    conninfo: str, sim: Sim, observer: CommitObserver | None, settings: dict[str, str]
) -> AsyncIterator[Shop]:
    port = free_port()
    settings.setdefault("KONTER_BASE_URL", f"http://127.0.0.1:{port}")
    chosen = quick_settings(conninfo, sim, **settings)
    async with (
        database(conninfo, most=chosen.db_pool, observer=observer) as db,
        open_house(chosen, db=db) as opened,
        served(house := _quick_to_log_in(opened), port=port) as client,
    ):
        await sim.options(webhook_url=f"{client.url}/webhook/digiflazz")
        yield Shop(house, sim, client)


@asynccontextmanager
async def _working(shop: Shop, *, with_worker: bool) -> AsyncIterator[None]:
    try:
        if with_worker:
            await shop.start_worker()
        yield
    finally:
        await shop.stop_worker()


def _quick_to_log_in(house: House) -> House:
    """Passwords cost what they must in the tests of ``people``, and next to nothing here."""
    return replace(house, people=replace(house.people, hasher=CHEAP))


@asynccontextmanager
async def open_paying_shop(
    conninfo: str,
    sim: Sim,
    *,
    observer: CommitObserver | None = None,
    with_worker: bool = True,
    **settings: str,
) -> AsyncIterator[Shop]:
    """The same, with an account at both gateways, made new and as quick as the shop."""
    for gateway in (sim.ipaymu, sim.tripay):
        await gateway.reset(poll_gap_s=0, callback_delay_ms=20)
    told = {**gateway_settings(sim), **settings}
    async with open_shop(conninfo, sim, observer=observer, with_worker=with_worker, **told) as shop:
        yield shop


def gateway_settings(sim: Sim) -> dict[str, str]:
    """Both gateways as the simulator knows them; minutes are tenths of a second."""
    return {
        "IPAYMU_VA": IPAYMU_VA,
        "IPAYMU_API_KEY": IPAYMU_API_KEY,
        "IPAYMU_BASE_URL": sim.ipaymu.url,
        "TRIPAY_API_KEY": TRIPAY_API_KEY,
        "TRIPAY_PRIVATE_KEY": TRIPAY_PRIVATE_KEY,
        "TRIPAY_MERCHANT_CODE": TRIPAY_MERCHANT,
        "TRIPAY_BASE_URL": sim.tripay.url,
        "KONTER_PAYMENT_FIRST_ASK_S": "0.5",
        "KONTER_PAYMENT_MIN_GAP_S": "0.1",
    }


async def stock(house: House, sim: Sim) -> None:
    """Sync the catalogue and the payment channels, and record in the books the deposit that the
    upstream says we have."""
    await sync_products(house.catalogue, account=ACCOUNT)
    await refresh_channels(house.funding)
    await record_topup(
        house.funding,
        account=ACCOUNT,
        amount=Rupiah((await sim.books())["opening"]),
        bank="bca",
        actor="test",
        key="opening",
    )
