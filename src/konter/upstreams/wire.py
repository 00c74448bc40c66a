"""The one HTTP wire to every upstream: it asks once, keeps what was said, and knows what left.

A call that can buy gets a fresh connection, no redirect, and is never sent a second time: aiohttp
resends idempotent requests by itself when a connection drops, even on a new one, so the wire
turns such a loss into an error that aiohttp does not retry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import aiohttp
import structlog

from konter.kernel.clock import Clock
from konter.kernel.wire_types import Exchange, Heard, WireAnswer, WireRequest, WireSilence
from konter.upstreams.transcript import kept_text, scrubbed

CONNECT_S: Final = 5.0
ROOM_FOR_ANSWER: Final = 1024 * 1024
ROOM_FOR_LIST: Final = 16 * 1024 * 1024
KEPT_OF_ANSWER: Final = 64 * 1024
KEPT_OF_LIST: Final = 2 * 1024
PRICE_LIST: Final = "price_list"
"""The purpose whose answers may be large, and of which only the beginning is kept."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StartBy:
    """The last moment at which a purchase may start: the end of its lease's first quarter.

    ``monotonic``: seconds on the same clock that the wire was given.
    """

    monotonic: float


class Wire:
    """Owns the connections. ``in_flight``: most calls at once, by supplier account.

    One event loop uses it; ``close`` it there. Accounts not named have no limit.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        in_flight: Mapping[str, int] | None = None,
        connect_s: float = CONNECT_S,
    ) -> None:
        self._clock = clock
        self._connect_s = connect_s
        self._gates = {name: asyncio.Semaphore(most) for name, most in (in_flight or {}).items()}
        self._buying: aiohttp.ClientSession | None = None
        self._asking: aiohttp.ClientSession | None = None

    async def ask(
        self,
        request: WireRequest,
        *,
        account: str,
        purpose: str,
        reference: str | None = None,
        lease: StartBy | None = None,
    ) -> Heard:
        """Send it once and say what was heard. Never raises for anything the network does.

        A lease that is past its first quarter when the call would start (after any wait for a
        free place) keeps the call from being sent. A repeat is a new request to the upstream.
        """
        async with self._gates.get(account) or nullcontext():
            started_at, started = self._clock.now(), self._clock.monotonic()
            caught = _Caught()
            if lease is not None and started > lease.monotonic:
                said: WireAnswer | WireSilence = WireSilence(False, "lease too old")
            else:
                said = await self._send(request, purpose, caught)
            ended_at = self._clock.now()
        problem = said.detail if isinstance(said, WireSilence) else None
        room = KEPT_OF_LIST if purpose == PRICE_LIST else KEPT_OF_ANSWER
        heard = Heard(
            said,
            Exchange(
                account=account,
                purpose=purpose,
                reference=reference,
                method=request.method,
                url=scrubbed(request.url, request.secrets),
                request_body=kept_text(request.body, request.secrets, KEPT_OF_ANSWER),
                status=caught.status,
                response_body=kept_text(caught.body, request.secrets, room),
                started_at=started_at,
                ended_at=ended_at,
                problem=problem,
            ),
        )
        _tell(heard, took_ms=round((self._clock.monotonic() - started) * 1000))
        return heard

    async def close(self) -> None:
        """Drop all connections. A call under way ends in silence."""
        for session in (self._buying, self._asking):
            if session is not None:
                await session.close()

    async def _send(
        self, request: WireRequest, purpose: str, caught: _Caught
    ) -> WireAnswer | WireSilence:
        session = self._session(buys=request.purchase_capable)
        try:
            async with session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=request.headers,
                timeout=_patience(request.timeout_s, self._connect_s),
                allow_redirects=False,
            ) as response:
                caught.status = response.status
                room = ROOM_FOR_LIST if purpose == PRICE_LIST else ROOM_FOR_ANSWER
                async for chunk in response.content.iter_any():
                    caught.body += chunk
                    if len(caught.body) > room:
                        response.close()
                        return WireSilence(True, f"too large: more than {room} bytes")
                return WireAnswer(response.status, response.headers, bytes(caught.body))
        except _NEVER_LEFT as error:
            return WireSilence(False, _told(error, request))
        except (aiohttp.ClientError, OSError) as error:
            return WireSilence(True, _told(error, request))

    def _session(self, *, buys: bool) -> aiohttp.ClientSession:
        """Made at first use, because only then is there an event loop."""
        if buys:
            if self._buying is None:
                self._buying = _open_session(aiohttp.TCPConnector(limit=0, force_close=True))
            return self._buying
        if self._asking is None:
            self._asking = _open_session(aiohttp.TCPConnector(limit=0))
        return self._asking


@dataclass(slots=True)
class _Caught:
    """What came in before it ended, well or badly: half an answer is evidence too."""

    status: int | None = None
    body: bytearray = field(default_factory=bytearray)


class _Lost(aiohttp.ClientError):
    """The connection dropped after it stood. Not one of the errors that aiohttp retries."""


_NEVER_LEFT: Final = (
    aiohttp.ClientConnectorError,  # no such name, refused, unreachable, TLS failed
    aiohttp.ConnectionTimeoutError,  # no connection in time
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Raised before a connection stands, so before the first byte of a request."""


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except _NEVER_LEFT:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Lost(f"{type(error).__name__}: {error}") from error


def _open_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """No cookies, no proxy from the environment, no compression to unpack."""
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity", "User-Agent": "konter"},
        auto_decompress=False,
        trust_env=False,
        middlewares=(_send_once,),
    )


@lru_cache(maxsize=64)
def _patience(total_s: float, connect_s: float) -> aiohttp.ClientTimeout:
    """Connecting ends before the whole does, so that it is always known which of them ended."""
    return aiohttp.ClientTimeout(total=total_s, connect=min(connect_s, total_s * 0.9))


def _told(error: Exception, request: WireRequest) -> str:
    """What went wrong, without our secrets, which an error may quote from the address."""
    if isinstance(error, TimeoutError) and not isinstance(error, _NEVER_LEFT):
        return f"no whole answer within {request.timeout_s:g} s"
    return scrubbed(f"{type(error).__name__}: {error}", request.secrets)[:300]


def _tell(heard: Heard, *, took_ms: int) -> None:
    exchange, said = heard.exchange, heard.said
    facts = {
        "account": exchange.account,
        "purpose": exchange.purpose,
        "reference": exchange.reference,
        "status": exchange.status,
        "took_ms": took_ms,
    }
    if isinstance(said, WireSilence):
        log.warning("wire.asked", **facts, left=said.left, problem=said.detail)
    else:
        log.debug("wire.asked", **facts)
