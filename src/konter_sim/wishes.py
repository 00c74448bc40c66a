"""What every control API is made of: a wish in JSON, an act, and what is said of it in JSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from aiohttp import web

Shape = TypeVar("Shape")
Upstream = TypeVar("Upstream")
Act = Callable[[Upstream, web.Request], Awaitable[object]]


class Wish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A control call's body. A misspelt field is an error, never ignored."""


class Impossible(Exception):
    """The control call asks for something that is not there; HTTP 404."""


def add_acts(
    app: web.Application,
    prefix: str,
    upstream: Upstream,
    *,
    looks: Mapping[str, Act[Upstream]],
    acts: Mapping[str, Act[Upstream]],
) -> None:
    """Looks are GET, acts are POST, each under its name below the prefix."""
    for name, look in looks.items():
        app.router.add_get(f"{prefix}/{name}", _spoken(upstream, look))
    for name, act in acts.items():
        app.router.add_post(f"{prefix}/{name}", _spoken(upstream, act))


async def wish(request: web.Request, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(await request.read() or b"{}", type=shape)


def _spoken(
    upstream: Upstream, act: Act[Upstream]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            said, status = await act(upstream, request), 200
        except (msgspec.ValidationError, msgspec.DecodeError) as bad:
            said, status = {"error": str(bad)}, 400
        except Impossible as missing:
            said, status = {"error": str(missing)}, 404
        body = msgspec.json.encode(said)
        return web.Response(body=body, status=status, content_type="application/json")

    return handle
