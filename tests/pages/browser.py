"""A real headless Chromium, Debian's, one process for each test process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

PROGRAMS: Final = ("chromium-headless-shell", "chromium")
"""Debian's. The first is the same browser without its own windows and menus: a page costs it a
fifth of the work."""

FLAGS: Final = (
    "--headless",
    "--hide-scrollbars",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    # A page lives here for a second: what compiling it better costs never comes back.
    "--js-flags=--no-opt --no-maglev",
)

PHONE: Final = {"width": 360, "height": 740}
DESK: Final = {"width": 1280, "height": 800}
SIZES: Final = {"360": PHONE, "1280": DESK}

SHOTS = Path("build/screenshots")
"""Kept as build artefacts: what each walk saw."""


@contextmanager
def chromium() -> Iterator[str]:
    """The address to control it by."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.fail(f"page tests need Chromium: apt install {PROGRAMS[0]}", pytrace=False)
    with tempfile.TemporaryDirectory(prefix="konter-chromium-", ignore_cleanup_errors=True) as home:
        running = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={home}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Debian's program is a script: the browser is its child
        )
        try:
            yield _address(Path(home), running)
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(10)


def _address(home: Path, running: subprocess.Popen[bytes]) -> str:
    told, deadline = home / "DevToolsActivePort", time.monotonic() + 30
    while time.monotonic() < deadline and running.poll() is None:
        lines = told.read_text().split() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise AssertionError(f"chromium did not start (status {running.poll()})")


@dataclass
class Tab:
    """One page of a fresh context, and whatever its console complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def shot(self, name: str) -> None:
        """A picture of the whole page, as ``build/screenshots/<name>.png``."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def excuse(self, status: int) -> None:
        """A page that answers so is named on the console by the browser itself."""
        self.complaints = [one for one in self.complaints if f"status of {status} " not in one]

    async def says(self) -> str:
        return await self.page.inner_text("body")


@dataclass
class Visitors:
    """Opens tabs, each its own visitor."""

    browser: Browser
    url: str

    @asynccontextmanager
    async def tab(
        self, *, size: str = "360", lang: str = "id", scripts: bool = True
    ) -> AsyncIterator[Tab]:
        """``scripts`` False: JavaScript is off. Ends the test if the console complained (a breach
        of the content security policy does)."""
        context: BrowserContext = await self.browser.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale="id-ID" if lang == "id" else "en-GB",
        )
        await context.add_cookies([{"name": "konter_lang", "value": lang, "url": self.url}])
        tab = Tab(await context.new_page(), self.url)

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                tab.complaints.append(message.text)

        tab.page.on("console", heard)
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.set_default_timeout(10_000)
        yield tab
        await context.close()
        assert tab.complaints == [], tab.complaints


@asynccontextmanager
async def visitors(address: str, url: str) -> AsyncIterator[Visitors]:
    """Visitors of the site at ``url``, in the browser at ``address``."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(address)
        yield Visitors(browser, url)
        await browser.close()
