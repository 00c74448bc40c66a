"""The rhythm of pages that follow their order: the beat, the end after a while, looks instead.

The site is a real one whose times are short.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp

from konter.web.desks import LiveTimes
from konter.web.site import Site, build_site
from konter.web.track.open_streams import OpenStreams
from tests.pages.browser import Tab, visitors
from tests.pages.buying import guest_orders
from tests.shop import Shop
from tests.web.house import running
from tests.web.paying import customer_pays, until

LOOKS = (
    "performance.getEntriesByType('resource').filter(one => one.name.includes('/bagian')).length"
)
STREAMS = LOOKS.replace("/bagian", "/peristiwa")
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@asynccontextmanager
async def beating(shop: Shop, times: LiveTimes) -> AsyncIterator[tuple[Site, str]]:
    """The same shop, served once more, and where."""
    site = build_site(replace(shop.house.site_desks(), live=times))
    async with running(site) as url:
        try:
            yield site, url
        finally:
            site.hang_up()


async def headline(tab: Tab) -> str:
    return await tab.page.inner_text("[data-headline]")


async def test_a_silent_stream_beats_and_ends_after_a_while(paying: Shop) -> None:
    order = await guest_orders(paying)
    times = LiveTimes(look=0.5, beat=0.2, longest=1.1, again=0.25)
    async with beating(paying, times) as (site, url), aiohttp.ClientSession() as client:
        began = time.monotonic()
        async with client.get(url + order.at("peristiwa")) as stream:
            told = (await stream.text()).split("\n\n")
        assert told[0] == "retry: 250"
        assert told[1].startswith("event: berubah")
        assert set(told[2:-1]) == {": masih di sini"}
        assert 3 <= len(told[2:-1]) <= 5
        assert told[-1] == "", "it ends between two events, and not because it is over"
        assert 1.0 < time.monotonic() - began < 3
        assert (site.vitals.streams.count, paying.house.newsroom.count) == (0, 0)


async def test_a_beat_is_not_needed_where_there_is_news(paying: Shop) -> None:
    order = await guest_orders(paying)
    times = LiveTimes(look=5, beat=5, longest=1)
    async with beating(paying, times) as (_, url), aiohttp.ClientSession() as client:
        async with client.get(url + order.at("peristiwa")) as stream:
            await stream.content.readuntil(b"berubah")
            await customer_pays(paying, order.id)
            told = (await stream.text()).split("\n\n")
        assert any(one.startswith("event: berubah") for one in told)
        assert ": masih di sini" not in told


async def test_a_page_comes_again_after_its_stream_ended(
    paying: Shop, chromium_address: str
) -> None:
    order = await guest_orders(paying)
    times = LiveTimes(look=0.2, beat=0.2, longest=0.3, again=0.05)
    async with (
        beating(paying, times) as (_, url),
        visitors(chromium_address, url) as people,
        people.tab() as tab,
    ):
        await tab.open(order.path)
        await until(lambda: _counts(tab, STREAMS, 3))
        await customer_pays(paying, order.id)
        await tab.page.wait_for_selector("[data-headline]:text-is('Pesanan berhasil')")
        assert await tab.page.inner_text("#kabar") == "Pesanan berhasil"


async def test_a_page_that_is_refused_a_stream_looks_now_and_then(
    paying: Shop, chromium_address: str
) -> None:
    """Once in its time, however often one looked away and back; not while nobody looks."""
    order = await guest_orders(paying)
    async with (
        beating(paying, LiveTimes(poll=0.25)) as (site, url),
        visitors(chromium_address, url) as people,
        people.tab() as tab,
    ):
        site.vitals.streams = OpenStreams(most=0)
        page = tab.page
        await tab.open(order.path)
        await until(lambda: _counts(tab, LOOKS, 2))
        for _ in range(4):
            await page.evaluate(HIDE, True)
            await page.evaluate(HIDE, False)
            await asyncio.sleep(0.05)
        before = await page.evaluate(LOOKS)
        await asyncio.sleep(1.5)
        assert 2 <= await page.evaluate(LOOKS) - before <= 6
        await page.evaluate(HIDE, True)
        await asyncio.sleep(0.3)
        before = await page.evaluate(LOOKS)
        await asyncio.sleep(0.8)
        assert await page.evaluate(LOOKS) == before
        await customer_pays(paying, order.id)
        await until(lambda: _is_delivered(paying, order.id))
        assert await headline(tab) == "Menunggu pembayaran"
        await page.evaluate(HIDE, False)
        await page.wait_for_selector("[data-headline]:text-is('Pesanan berhasil')")
        before = await page.evaluate(LOOKS)
        await asyncio.sleep(0.6)
        assert await page.evaluate(LOOKS) == before, "nothing more will happen"
        assert tab.complaints
        assert all("503" in one for one in tab.complaints)
        tab.complaints.clear()


async def _counts(tab: Tab, what: str, least: int) -> bool:
    seen: int = await tab.page.evaluate(what)
    return seen >= least


async def _is_delivered(shop: Shop, order_id: int) -> bool:
    return (await shop.order(order_id)).state == "delivered"
