"""An order's page is told of every change; its stream ends at the end, and with its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp

from konter.web.track.open_streams import MOST_PER_REMOTE
from tests.pages.buying import Ordered, guest_orders, nobody_follows, session_of
from tests.shop import Shop, served
from tests.web.paying import customer_pays, plain, until

ONE_HOME = {"X-Forwarded-For": "198.51.100.7"}


@asynccontextmanager
async def follows(shop: Shop, path: str, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
    async with shop.client.session.get(shop.client.url + path, headers=headers) as answer:
        yield answer


async def heard(answer: aiohttp.ClientResponse) -> str:
    """The next event."""
    async with asyncio.timeout(8):
        lines = []
        while line := (await answer.content.readline()).decode().strip():
            lines.append(line)
        return "\n".join(lines)


async def version(shop: Shop, order: Ordered) -> str:
    page = (await plain(shop).get(order.at("bagian"))).text
    return page.split('data-version="')[1].split('"')[0]


async def test_every_change_is_told_and_the_end_ends_it(paying: Shop) -> None:
    order = await guest_orders(paying)
    async with follows(paying, order.at("peristiwa")) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert await heard(stream) == "retry: 3000"
        assert await heard(stream) == f"event: berubah\ndata: {await version(paying, order)}"
        await customer_pays(paying, order.id)
        told = [await heard(stream)]
        while told[-1].startswith("event: berubah"):
            told.append(await heard(stream))
        assert told[-1].startswith("event: selesai")
        assert told[-2].endswith(await version(paying, order))
        assert await stream.content.read() == b""
    assert await nobody_follows(paying)
    async with follows(paying, order.at("peristiwa")) as stream:
        whole = (await stream.content.read()).decode()
        assert "event: selesai" in whole


async def test_a_client_that_goes_away_leaves_nothing_behind(paying: Shop) -> None:
    buyer = await paying.buyer(money=0)
    said = await buyer.buys(
        "xld10", "087800001230", payment_method="tripay:QRIS2", customer_phone="081234567890"
    )
    order_id = said.json()["transaction"]["id"]
    path = f"/my/orders/{order_id}/peristiwa"
    async with follows(paying, path, **session_of(buyer)) as stream:
        await heard(stream)
        await heard(stream)
        assert not await nobody_follows(paying)
        stream.close()
    await until(lambda: nobody_follows(paying))


async def test_a_site_that_stops_ends_its_streams(paying: Shop) -> None:
    """A server waits for the answers that are under way, and these would be for minutes."""
    order = await guest_orders(paying)
    async with asyncio.timeout(5), AsyncExitStack() as stack:
        async with served(paying.house) as client:
            url = client.url + order.at("peristiwa")
            session = await stack.enter_async_context(aiohttp.ClientSession())
            stream = await stack.enter_async_context(session.get(url))
            await heard(stream)
            await heard(stream)
        assert await stream.content.read() == b""
        assert paying.house.newsroom.count == 0


async def test_many_followers_hold_no_connection_and_one_address_has_its_limit(
    paying: Shop,
) -> None:
    """More streams than the pool has connections, and pages are answered all the same."""
    order = await guest_orders(paying)
    async with AsyncExitStack() as stack:
        for _ in range(MOST_PER_REMOTE):
            stream = await stack.enter_async_context(
                follows(paying, order.at("peristiwa"), **ONE_HOME)
            )
            await heard(stream)
        async with asyncio.timeout(3):
            assert (await plain(paying).get(order.path)).status_code == 200
        refused = await plain(paying).get(order.at("peristiwa"), headers=ONE_HOME)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_streams")
        async with follows(paying, order.at("peristiwa")) as another:
            assert another.status == 200
    await until(lambda: nobody_follows(paying))
