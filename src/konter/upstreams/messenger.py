"""Messages to people by e-mail, WhatsApp, Telegram and whatever else Apprise knows.

Apprise blocks its thread for as long as the other side pleases. So each channel has its own few
threads: one whose server hangs delays its own messages and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import quote

import apprise

SAMPLE: Final = {"email": "a@example.com", "whatsapp": "6281234567890", "telegram": "123456789"}
PATIENCE: Final = 3
"""A conversation has a few steps, and each may take ``timeout_s``; all of it so many times that."""

KINDS: Final = {"success": apprise.NotifyType.SUCCESS, "error": apprise.NotifyType.FAILURE}


class Messenger:
    """``addresses``: by channel, an Apprise address each, ``{to}`` standing for the recipient. One
    event loop uses it; ``close`` it there."""

    def __init__(self, addresses: Mapping[str, str], *, timeout_s: float, at_once: int = 4) -> None:
        for name in ("apprise", "urllib3"):
            # They log addresses, which hold tokens and passwords.
            logging.getLogger(name).disabled = True
        self._addresses = dict(addresses)
        self._timeout_s = timeout_s
        self._threads = {
            channel: ThreadPoolExecutor(at_once, thread_name_prefix=f"notices-{channel}")
            for channel in addresses
        }

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self._addresses)

    async def send(
        self, channel: str, *, to: str, title: str, message: str, kind: str
    ) -> str | None:
        """Send it once; None: it was taken. Otherwise what went wrong, never naming the address. It
        may have been taken all the same when no answer came in time."""
        address = self._addresses[channel].replace("{to}", quote(to, safe=""))
        service = made(address, self._timeout_s)
        if service is None:
            return "the recipient cannot be addressed"
        call = asyncio.get_running_loop().run_in_executor(
            self._threads[channel], _notify, service, title, message, kind
        )
        try:
            async with asyncio.timeout(self._timeout_s * PATIENCE):
                return None if await call else "it was refused, or nobody answered"
        except TimeoutError:
            return "no answer in time"

    async def close(self) -> None:
        """What has not begun is dropped; it is due again later."""
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)


def is_usable(channel: str, address: str) -> bool:
    """Whether Apprise knows what to do with an address."""
    return made(address.replace("{to}", quote(SAMPLE.get(channel, ""), safe=""))) is not None


def made(address: str, timeout_s: float = 1.0) -> apprise.NotifyBase | None:
    """The service of one address, with our time limits; None: Apprise cannot read it."""
    asset = apprise.AppriseAsset(app_id="Konter", app_desc="Konter", async_mode=False)
    service = apprise.Apprise.instantiate(address, asset=asset)
    if service is not None:
        service.socket_connect_timeout = service.socket_read_timeout = timeout_s
    return service


def _notify(service: apprise.NotifyBase, title: str, message: str, kind: str) -> bool:
    """Blocks. What Apprise does not expect of a server is a failure like any other."""
    try:
        return bool(
            service.notify(
                title=title,
                body=message,
                notify_type=KINDS.get(kind, apprise.NotifyType.INFO),
                body_format=apprise.NotifyFormat.TEXT,
            )
        )
    except (OSError, ValueError, LookupError, RuntimeError, AttributeError, TypeError):
        return False
