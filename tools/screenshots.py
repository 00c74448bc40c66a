"""Photograph the demo for the README: ``make docs``. Needs Chromium, as the page tests do."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.pages.browser import Tab, chromium, visitors

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
HOME = ROOT / "build/docs-demo"
PORT: Final = 8973
URL: Final = f"http://127.0.0.1:{PORT}"
SIGN_IN = re.compile(r"sign in\s+(\S+@\S+) / (\S+)")


def main() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    IMAGES.mkdir(exist_ok=True)
    with demo() as accounts, chromium() as address:
        asyncio.run(photograph(address, accounts))


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """The demo's e-mail addresses and passwords, while it serves."""
    environ = {**os.environ, "KONTER_HOME": str(HOME), "KONTER_PORT": str(PORT), "COLUMNS": "200"}
    command = [str(Path(sys.executable).with_name("konter")), "demo"]
    running = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        accounts: dict[str, str] = {}
        for line in running.stdout:
            if found := SIGN_IN.search(line):
                accounts[found[1]] = found[2]
            if "API document" in line:
                break
        assert accounts, "the demo did not come to serve"
        yield accounts
    finally:
        running.terminate()
        running.wait(40)
        shutil.rmtree(HOME, ignore_errors=True)


async def photograph(address: str, accounts: dict[str, str]) -> None:
    async with visitors(address, URL) as people:
        async with people.tab(size="360") as tab:
            await tab.open("/")
            await _keep(tab, "shop-360")
        async with people.tab(size="1280") as tab:
            await _sign_in(tab, "reseller@example.com", accounts)
            await tab.open("/my/orders")
            async with tab.page.expect_navigation():
                await tab.page.click('main a[href^="/my/orders/"]:not([href*="new"])')
            await _keep(tab, "order-1280")
        async with people.tab(size="1280") as tab:
            await _sign_in(tab, "admin@example.com", accounts)
            await tab.open("/admin")
            await _keep(tab, "office-1280")


async def _sign_in(tab: Tab, email: str, accounts: dict[str, str]) -> None:
    await tab.open("/masuk")
    await tab.page.fill("#f-email", email)
    await tab.page.fill("#f-password", accounts[email])
    async with tab.page.expect_navigation():
        await tab.page.click("main button")


async def _keep(tab: Tab, name: str) -> None:
    """What fits the window: a whole page is too long for a README."""
    await tab.page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"wrote docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
