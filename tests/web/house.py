"""A site for tests of the web edge: its own routes, and some that misbehave on purpose."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Annotated, Literal

import aiohttp
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.errors import Broken, NotFound, Refused, Unavailable
from konter.people.desk import PeopleDesk
from konter.people.permits import Role
from konter.people.sessions import Sessions
from konter.web import health
from konter.web.answer import Answer
from konter.web.api import auth
from konter.web.auth import only
from konter.web.desks import Desks
from konter.web.my.sign_in import get_sign_in
from konter.web.page.guard import guarded
from konter.web.request import SiteRequest
from konter.web.site import Site
from tests.people.builders import people_desk


class Ask(Struct):
    product_id: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    target_id: Annotated[str, Meta(min_length=1, max_length=20)]
    server_id: str | None = None
    colour: Literal["merah", "putih"] = "merah"


class Short(Refused):
    code = "short"
    message = "Saldo tidak mencukupi"


class Odd(Broken):
    code = "odd"


@post("/ask")
async def ask(data: JSONBody[Ask]) -> Answer[Ask]:
    return Answer(data, headers={"X-Seen": "ya"})


@get("/page")
async def page(most: FromQuery[int], since: FromQuery[int] = 1) -> Answer[dict[str, int]]:
    return Answer({"most": most, "since": since})


@get("/fail/{how:str}")
async def fail(how: FromPath[str]) -> Answer[None]:
    raise {
        "short": Short(required="1038.00", current_balance="500.00"),
        "absent": NotFound("Transaksi tidak ditemukan"),
        "busy": Unavailable(),
        "busy-9": Unavailable(retry_after=9),
        "broken": Odd("rahasia-dapur"),
        "bug": ZeroDivisionError("rahasia-dapur\nDETAIL: $argon2id$"),
    }[how]


@get("/admins", before_request=only(Role.ADMIN))
async def admins(request: SiteRequest) -> Answer[str]:
    return Answer(request.user.name)


@get("/remote")
async def remote(request: SiteRequest) -> Answer[str]:
    return Answer(request.remote)


def desks(db: Database, clock: Clock, people: PeopleDesk | None = None) -> Desks:
    people = people or people_desk(db, clock)
    return Desks(db=db, people=people, sessions=Sessions(people))


def site(desks: Desks) -> Site:
    """The web edge with the account routes and the trial routes under ``/api/try``."""
    trial = Router("/try", route_handlers=[ask, page, fail, admins, remote])
    return Site(
        desks,
        [
            Router("/", route_handlers=[get_sign_in], before_request=guarded),
            health.healthz,
            health.readyz,
            health.metrics,
            Router("/api", route_handlers=[auth.routes(), trial]),
        ],
    )


def behind_proxies(desks: Desks, *networks: str) -> Desks:
    return replace(desks, trusted_proxies=tuple(ip_network(network) for network in networks))


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[str]:
    """The site's address on the real server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(
        site, port=port, interface=Interfaces.ASGI, websockets=False, log_level=LogLevels.error
    )
    serving = asyncio.create_task(server.serve())
    url = f"http://127.0.0.1:{port}"
    await _answers(url)
    yield url
    server.stop()  # type: ignore[no-untyped-call]
    await serving


async def _answers(url: str) -> None:
    async with asyncio.timeout(10), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"{url}/healthz") as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
