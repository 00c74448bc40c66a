"""A shop with both gateways, held to its OpenAPI document, and customers who pay there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, LiteralString

import pytest_asyncio

from konter.funding.states import Purpose
from konter.funding.store import Invoice, latest_invoices
from tests.landlord import lent
from tests.shop import GAP_S, WEBHOOK_SECRET, Client, Shop, open_paying_shop
from tests.sim_process import Sim, SimGateway
from tests.web.schema import held_to_its_word

NUMBER: Final = "087800001230"
QRIS: Final = "tripay:QRIS2"
IPAYMU_QRIS: Final = "ipaymu:qris.mpm"
IPAYMU_PAGE: Final = "ipaymu:page"
PHONE: Final = "0812-3456-7890"
GUEST_LIMIT: Final = 8

TWO_HOURS_AGO: Final[tuple[LiteralString, ...]] = (
    "UPDATE orders.checkouts SET pay_by = pay_by - interval '2 hours' WHERE order_id = %(id)s",
    "UPDATE funding.deposits SET pay_by = pay_by - interval '2 hours' WHERE id = %(id)s",
    "UPDATE funding.invoices SET expires_at = expires_at - interval '2 hours',"
    " created_at = created_at - interval '2 hours' WHERE purpose_id = %(id)s",
)


@pytest_asyncio.fixture(scope="module")
async def till(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    """One for the whole file, because opening one takes longer than any of its tests. By itself it
    asks no gateway: it is called back, or told to ask."""
    await sim_process.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
    )
    with lent(server_conninfo, template) as conninfo:
        async with open_paying_shop(
            conninfo,
            sim_process,
            KONTER_TRUSTED_PROXIES="127.0.0.0/8",
            KONTER_GUEST_LIMIT_REMOTE=str(GUEST_LIMIT),
            KONTER_PAYMENT_FIRST_ASK_S="600",
        ) as shop:
            shop.client = await held_to_its_word(shop.client)
            yield shop


@pytest_asyncio.fixture
async def paying(till: Shop) -> AsyncIterator[Shop]:
    """Its site's every answer is compared with its own document; its books are clean at the end."""
    gateways = (till.sim.ipaymu, till.sim.tripay)
    for gateway in gateways:
        await gateway.script("*")
    async with till.house.db.transaction() as tx:
        await tx.run("UPDATE funding.channels SET is_on = true, fee_on = 'shop'")
    if till.runner is None:
        await till.start_worker()
    yield till
    await till.assert_honest()
    assert await till.account("unapplied") == 0
    assert [breach for gateway in gateways for breach in await gateway.breaches()] == []


def plain(shop: Shop) -> Client:
    """A client for pages, which no document describes."""
    return Client(shop.client.url, shop.client.session)


async def invoice_of(shop: Shop, purpose_id: int) -> Invoice:
    """The latest link of an order or a deposit."""
    async with shop.house.db.read() as tx:
        for purpose in Purpose:
            found = await latest_invoices(tx, purpose, [purpose_id])
            if purpose_id in found:
                return found[purpose_id]
    raise AssertionError(f"{purpose_id} has no link")


def at_gateway(shop: Shop, invoice: Invoice) -> SimGateway:
    return shop.sim.tripay if invoice.gateway == "tripay" else shop.sim.ipaymu


async def customer_pays(
    shop: Shop, purpose_id: int, *, link: Invoice | None = None, **wish: Any
) -> dict[str, Any]:
    """At the gateway, by the latest link or the one given."""
    invoice = link or await invoice_of(shop, purpose_id)
    return await at_gateway(shop, invoice).pay(invoice.reference, **wish)


async def lose_callbacks(shop: Shop) -> None:
    for gateway in (shop.sim.tripay, shop.sim.ipaymu):
        await gateway.script("*", {"do": "callback", "times": 0})


async def let_time_pass(shop: Shop, purpose_id: int) -> None:
    """Two hours, as far as its links and their payer are concerned."""
    async with shop.house.db.transaction() as tx:
        for statement in TWO_HOURS_AGO:
            await tx.run(statement, {"id": purpose_id})


async def until(fits: Callable[[], Awaitable[bool]], *, within_s: float = 8) -> None:
    """Look until it fits."""
    deadline = time.monotonic() + within_s
    while not await fits():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)
