"""Whole walks through one shop: on a telephone and on a desk, in both languages, bare of scripts.

The walks themselves are in ``shop_walks`` and ``office_walks``: the suite takes each on one or two
ways, ``make soak`` on all of them. What they saw is kept as ``build/screenshots/walk-….png``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

import pytest_asyncio

from tests.landlord import lent
from tests.pages.browser import Tab, Visitors, visitors
from tests.pages.storefront import open_storefront
from tests.shop import GAP_S, WEBHOOK_SECRET, Shop
from tests.sim_process import Sim

PASSWORD: Final = "rahasia-123"
"""Everybody's, in these shops."""

FITS: Final = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@dataclass(frozen=True)
class Way:
    """How somebody walks."""

    size: str
    lang: str
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.size}-{self.lang}{'' if self.scripts else '-bare'}"

    def word(self, indonesian: str, english: str) -> str:
        return indonesian if self.lang == "id" else english


PHONE: Final = Way("360", "id")
DESK: Final = Way("1280", "en")
BARE: Final = Way("360", "id", scripts=False)
EVERY: Final = [Way(size, lang) for size in ("360", "1280") for lang in ("id", "en")]
EVERY_BARE: Final = [Way(way.size, way.lang, scripts=False) for way in EVERY]


@dataclass(frozen=True)
class Town:
    """A shop and the browser to visit it with."""

    shop: Shop
    people: Visitors

    def walk(self, way: Way) -> AbstractAsyncContextManager[Tab]:
        return self.people.tab(size=way.size, lang=way.lang, scripts=way.scripts)


@pytest_asyncio.fixture(scope="module")
async def town(
    server_conninfo: str, template: str, sim_process: Sim, chromium_address: str
) -> AsyncIterator[Town]:
    """One for all walks of a file. By itself it asks no gateway: it is called back, or told to
    ask; and an order that gets no final answer is a task for staff after a second."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_delay_ms=20,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
    )
    settings = {"KONTER_PAYMENT_FIRST_ASK_S": "600", "KONTER_STUCK_AFTER_S": "1"}
    with lent(server_conninfo, template) as conninfo:
        async with (
            open_storefront(conninfo, sim_process, **settings) as shop,
            visitors(chromium_address, shop.client.url) as people,
        ):
            yield Town(shop, people)


async def look(tab: Tab, way: Way, step: str) -> None:
    """A picture; and the page fits the screen."""
    assert await tab.page.evaluate(FITS), f"{tab.page.url} scrolls sideways at {way.size}"
    await tab.shot(f"walk-{step}-{way}")


async def sign_in(tab: Tab, email: str) -> None:
    """By the form one is at."""
    await tab.page.fill("#f-email", email)
    await tab.page.fill("#f-password", PASSWORD)
    await tab.page.click("main form button")
