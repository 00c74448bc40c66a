"""Callbacks on their way: background work, tries, and the log of what was sent."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import aiohttp
from yarl import URL

from konter_sim.clock import VirtualClock, stamp

KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One callback: the exact bytes, and headers made anew for each try.

    `raw` is the body of a POST; of a GET it is the query, added to the address.
    """

    id: str
    says: str
    url: str
    raw: bytes
    headers: Callable[[], Mapping[str, str]]
    forged: bool = False
    method: Literal["POST", "GET"] = "POST"


@dataclass(frozen=True, slots=True)
class Patience:
    """How an upstream tries: `accepted(status, body)` ends it."""

    tries: int
    gap_ms: int
    timeout_s: float
    accepted: Callable[[int, bytes], bool]


class Post:
    """Owns the outgoing session and everything scheduled."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: deque[dict[str, object]] = deque(maxlen=KEPT)

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=False, middlewares=(_send_once,))

    async def close(self) -> None:
        await self.drop_work()
        if self._session is not None:
            await self._session.close()

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drop_work(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def send(self, letter: Letter, patience: Patience) -> None:
        """Deliver, and again until it is accepted or the tries are used up."""
        if not letter.url:
            return
        for attempt in range(1, patience.tries + 1):
            if attempt > 1:
                await asyncio.sleep(patience.gap_ms / 1000)
            status, body, error = await self._once(letter, patience.timeout_s)
            done = status is not None and patience.accepted(status, body)
            self._log(letter, attempt, status, error=error, accepted=done)
            if done:
                return

    async def _once(self, letter: Letter, timeout_s: float) -> tuple[int | None, bytes, str]:
        if self._session is None:
            return None, b"", "not open"
        patience = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._session.request(
                letter.method,
                _address(letter),
                data=letter.raw if letter.method == "POST" else None,
                headers=letter.headers(),
                timeout=patience,
                allow_redirects=False,
            ) as reply:
                return reply.status, await reply.read(), ""
        except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
            return None, b"", type(trouble).__name__

    def _log(
        self, letter: Letter, attempt: int, status: int | None, *, error: str, accepted: bool
    ) -> None:
        self.sent.append(
            {
                "at": stamp(self._clock.now()),
                "id": letter.id,
                "says": letter.says,
                "url": letter.url,
                "forged": letter.forged,
                "try": attempt,
                "response_status": status,
                "accepted": accepted,
                "error": error,
                "body": letter.raw.decode(),
            }
        )


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """aiohttp sends a GET again by itself when a connection drops; here one try is one try."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as lost:
        raise aiohttp.ClientError(type(lost).__name__) from lost


def _address(letter: Letter) -> URL:
    """Where it goes; a query is sent to the letter, not tidied on the way."""
    if letter.method == "POST":
        return URL(letter.url)
    join = "&" if "?" in letter.url else "?"
    return URL(f"{letter.url}{join}{letter.raw.decode()}", encoded=True)
