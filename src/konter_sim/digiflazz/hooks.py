"""Webhooks, as Digiflazz sends them: signed over the raw bytes, tried a few times."""

import asyncio
import hmac
from collections import deque
from collections.abc import Coroutine, Mapping
from hashlib import sha1
from typing import Final, Literal

import aiohttp
import msgspec

from konter_sim.clock import VirtualClock, stamp
from konter_sim.digiflazz.options import Options
from konter_sim.digiflazz.rules import KEPT

Signing = Literal["yes", "no", "forged"]
USER_AGENT: Final = "Digiflazz-Hookshot"
BILL_AGENT: Final = "Digiflazz-Pasca-Hookshot"


def signature(raw: bytes, secret: str) -> str:
    """The value of X-Hub-Signature for exactly these bytes."""
    return "sha1=" + hmac.new(secret.encode(), raw, sha1).hexdigest()


class Hooks:
    """Owns the outgoing session, the background work, and the log of what was sent."""

    def __init__(self, options: Options, clock: VirtualClock) -> None:
        self._options = options
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: deque[dict[str, object]] = deque(maxlen=KEPT)

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=False)

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
        """Forget everything scheduled: delayed results, webhooks under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def tell(
        self,
        event: str,
        data: Mapping[str, object],
        *,
        url: str = "",
        signing: Signing = "yes",
        agent: str = USER_AGENT,
    ) -> None:
        """One webhook about a transaction; `url` is its cb_url, if it had one."""
        where = url or self._options.webhook_url
        await self._deliver(event, {"data": data}, where, signing, agent=agent)

    async def ping(self) -> None:
        """The ping of a saved webhook: no `data`, and the secret inside."""
        options = self._options
        hook = {
            "url": options.webhook_url,
            "secret": options.webhook_secret,
            "type": "application/json",
            "status": 1,
        }
        body = {"sed": "AgXXtVAHp", "hook_id": options.hook_id, "hook": hook}
        await self._deliver("ping", body, options.webhook_url, "yes")

    async def _deliver(
        self,
        event: str,
        body: Mapping[str, object],
        url: str,
        signing: Signing,
        *,
        agent: str = USER_AGENT,
    ) -> None:
        if not url:
            return
        raw = msgspec.json.encode(body)
        headers = {**self._headers(event, raw, signing), "User-Agent": agent}
        for attempt in range(1, self._options.retry_webhook + 1):
            if attempt > 1:
                await asyncio.sleep(self._options.webhook_retry_ms / 1000)
            status, error = await self._once(url, raw, headers)
            self._log(event, body, url, signing=signing, outcome=(attempt, status, error))
            if status is not None and 200 <= status < 300:
                return

    def _headers(self, event: str, raw: bytes, signing: Signing) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "X-Digiflazz-Event": event,
        }
        secret = self._options.webhook_secret
        if signing == "forged":
            headers["X-Hub-Signature"] = signature(raw, f"not {secret}")
        elif signing == "yes" and secret:
            headers["X-Hub-Signature"] = signature(raw, secret)
        return headers

    async def _once(
        self, url: str, raw: bytes, headers: Mapping[str, str]
    ) -> tuple[int | None, str]:
        if self._session is None:
            return None, "not open"
        patience = aiohttp.ClientTimeout(total=self._options.webhook_timeout_s)
        try:
            async with self._session.post(
                url, data=raw, headers=headers, timeout=patience, allow_redirects=False
            ) as reply:
                return reply.status, ""
        except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
            return None, type(trouble).__name__

    def _log(
        self,
        event: str,
        body: Mapping[str, object],
        url: str,
        *,
        signing: Signing,
        outcome: tuple[int, int | None, str],
    ) -> None:
        data = body.get("data")
        attempt, status, error = outcome
        self.sent.append(
            {
                "at": stamp(self._clock.now()),
                "event": event,
                "url": url,
                "signed": signing,
                "try": attempt,
                "response_status": status,
                "error": error,
                "data": data,
            }
        )
