"""The shop's pages have no serious fault for who cannot see or point, in light and in dark."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.pages.browser import Visitors
from tests.pages.storefront import NUMBER, customer, open_storefront, signed_in
from tests.shop import Shop
from tests.sim_process import Sim


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_storefront(conninfo, sim) as shop:
        yield shop


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_axe_finds_nothing_serious(people: Visitors, shop: Shop, colours: str) -> None:
    product, token = await shop.product("xld10"), await shop.product("pln20")
    async with people.tab() as tab:
        await tab.page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        for path in (
            "/",
            "/beli/games",
            f"/beli/pulsa/xl?target_id={NUMBER}&product_id={product}",
            f"/beli/pulsa/xl?target_id=081234567890&product_id={product}",
            "/beli/games/mobile-legends",
            f"/beli/pln/pln?target_id=45012345671&product_id={token}",
            "/cari?q=telkomsel",
            "/cari?q=zzz",
            "/tagihan",
            "/tagihan/pln",
        ):
            await tab.open(path)
            assert await _serious(tab.page) == [], path
        await signed_in(people, await customer(shop, money=5_000), tab.page)
        await tab.open("/tagihan/pln")
        await tab.page.fill("#f-customer_no", "530000000001")
        await tab.page.click("section button")
        await tab.page.wait_for_url("**?ref=*")
        assert await _serious(tab.page) == []


async def _serious(page: Page) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
