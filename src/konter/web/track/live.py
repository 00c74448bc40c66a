"""Server-sent events of one order, or one deposit: its page is told when it would read otherwise.

The rows are the truth: whoever is woken by the newsroom, or by nobody for some seconds, looks.
Between two looks nothing is held but a place in the newsroom, above all no database connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple, cast

import structlog
from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from konter.kernel.errors import KonterError
from konter.orders.newsroom import Newsroom
from konter.orders.read import orders_by_id
from konter.web.request import SiteRequest
from konter.web.track.open_streams import OpenStreams
from konter.web.track.standing import standing_of

log = structlog.get_logger("konter.web")

HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep the words until there are many
)


class Now(NamedTuple):
    """``version``: of the page as it would be now. ``is_over``: nothing more will happen."""

    version: str
    is_over: bool


Look = Callable[[], Awaitable[Now]]


def live(request: SiteRequest, order_id: int) -> Response[bytes]:
    """The stream of an order that the caller has found to be theirs. Raises TooManyStreams."""

    async def look() -> Now:
        desk = request.shop.orders
        async with desk.db.read() as tx:
            order = (await orders_by_id(tx, [order_id]))[order_id]
            standing = await standing_of(tx, order, now=desk.clock.now())
        return Now(standing.version, standing.is_over)

    return stream(request, order_id, look)


def stream(request: SiteRequest, purpose_id: int, look: Look) -> Response[bytes]:
    """The stream of an order or a deposit, as ``look`` finds it. Raises TooManyStreams."""
    _streams(request).admit(request.remote)
    return _Stream(request, purpose_id, look)


class _Stream(Response[bytes]):
    """``berubah`` with the version of the page as it would be now, at once and at every change;
    ``selesai`` when nothing more will happen. A comment where there was silence for long keeps
    the way open."""

    def __init__(self, request: SiteRequest, purpose_id: int, look: Look) -> None:
        self._request = request
        self._purpose_id = purpose_id
        self._look = look

    def to_asgi_response(self, app: object, request: object, **_: Any) -> ASGIApp:  # type: ignore[override]
        return self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until it is over, the client goes away or this process stops, whichever comes first."""
        streams = _streams(self._request)
        with streams.opened(self._request.remote):
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            telling = asyncio.create_task(self._tell(send))
            leaving = asyncio.create_task(_gone(receive))
            tasks = {telling, leaving, asyncio.create_task(streams.ended())}
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                has_left = leaving.done()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        if not telling.cancelled():
            telling.result()  # what went wrong, if anything did, belongs into the log
        if not has_left:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        newsroom: Newsroom = self._request.shop.newsroom
        event = newsroom.enter(self._purpose_id)
        try:
            await self._tell_news(send, event)
        except KonterError as error:
            log.info("stream.ended", problem=str(error))
        finally:
            newsroom.leave(self._purpose_id, event)

    async def _tell_news(self, send: Send, event: asyncio.Event) -> None:
        clock, times = self._request.shop.orders.clock, self._request.desks.live
        began = beat = clock.monotonic()
        known = ""
        await _say(send, f"retry: {round(times.again * 1000)}\n\n")
        while clock.monotonic() - began < times.longest:
            now = await self._look()
            if now.version != known:
                known, beat = now.version, clock.monotonic()
                await _say(send, f"event: berubah\ndata: {known}\n\n")
            if now.is_over:
                return await _say(send, "event: selesai\ndata: \n\n")
            if clock.monotonic() - beat >= times.beat:
                beat = clock.monotonic()
                await _say(send, ": masih di sini\n\n")
            heard = clock.monotonic()
            left = min(times.look, beat + times.beat - heard, began + times.longest - heard)
            try:
                async with asyncio.timeout(max(left, 0)):
                    await event.wait()
            except TimeoutError:
                continue
            event.clear()


def _streams(request: SiteRequest) -> OpenStreams:
    site = request.scope["litestar_app"]
    return cast(OpenStreams, site.vitals.streams)  # type: ignore[attr-defined]


async def _gone(receive: Receive) -> None:
    """Returns when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
