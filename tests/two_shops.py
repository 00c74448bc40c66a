"""A whole shop with two suppliers: Digiflazz, whose list makes the products, and OkeConnect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from konter.catalogue.mappings import map_offer, set_priority
from konter.funding.topup import record_topup
from konter.kernel.money import Rupiah
from konter.ledger.read import account_sums
from tests.shop import ACCOUNT, Shop, open_shop
from tests.sim_process import (
    OKECONNECT_MEMBER_ID,
    OKECONNECT_PASSWORD,
    OKECONNECT_PIN,
    Sim,
)

DIGI, OKE = ACCOUNT, "okeconnect-main"
CALLBACK_SECRET = "rahasia-oke-0001"
CALLBACK = "/api/webhook/transaction-callback"
MAPPED = {"X10": "xld10", "S10": "s10"}
"""OkeConnect's SKUs, and the products that they are bought for."""


def okeconnect_settings(sim: Sim) -> dict[str, str]:
    """OkeConnect as the simulator knows it; a quarter of a minute is half a second."""
    return {
        "OKECONNECT_MEMBER_ID": OKECONNECT_MEMBER_ID,
        "OKECONNECT_PIN": OKECONNECT_PIN,
        "OKECONNECT_PASSWORD": OKECONNECT_PASSWORD,
        "OKECONNECT_BASE_URL": sim.okeconnect.url,
        "OKECONNECT_PRICE_LIST_URL": sim.okeconnect.price_list_url,
        "OKECONNECT_CALLBACK_SECRET": CALLBACK_SECRET,
        "KONTER_CHECK_SPACING_S": "0.5",
        "KONTER_ABSENCE_PROVES_S": "1",
    }


@asynccontextmanager
async def open_two_suppliers(
    conninfo: str,
    sim: Sim,
    *,
    mapped: Mapping[str, str] = MAPPED,
    rows: Mapping[str, str] | None = None,
    **settings: str,
) -> AsyncIterator[Shop]:
    """OkeConnect is tried first. ``mapped``: its SKUs by the products they are bought for;
    ``rows``: other prices of its list, by SKU."""
    await sim.okeconnect.reset(callback_delay_ms=100, callback_retry_ms=50, silence_seconds=5)
    for sku, price in (rows or {}).items():
        await sim.okeconnect.catalogue(kode=sku, harga=price)
    told = {**okeconnect_settings(sim), **settings}
    async with open_shop(conninfo, sim, observer=None, with_worker=False, **told) as shop:
        house = shop.house
        for sku, product in mapped.items():
            await map_offer(house.catalogue, OKE, sku, product, by="rina", sure=True)
            await set_priority(house.catalogue, OKE, sku, 1)
        opening = Rupiah((await sim.okeconnect.books())["opening"])
        given: dict[str, Any] = {"account": OKE, "bank": "bca", "actor": "test", "key": "oke"}
        await record_topup(house.funding, amount=opening, **given)
        url = f"{shop.client.url}{CALLBACK}/{CALLBACK_SECRET}"
        await sim.okeconnect.options(report_url=url)
        await shop.start_worker()
        yield shop


async def assert_both_honest(shop: Shop) -> None:
    """The laws hold, and our accounts at both equal their books; nothing waits there."""
    await shop.assert_honest()
    async with shop.house.db.read() as tx:
        sums = await account_sums(tx)
    books = await shop.sim.okeconnect.books()
    assert -sums[f"provider:{OKE}"] == books["deposit"]
    assert all(row["formed_count"] == 1 for row in books["transactions"])
    assert await shop.sim.okeconnect.breaches() == []
