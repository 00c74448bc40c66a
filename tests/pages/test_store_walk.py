"""A guest walks from the front to the payment, with scripts and without, at both sizes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from tests.pages.browser import Visitors
from tests.pages.storefront import open_storefront, orders_of_guests
from tests.shop import Shop
from tests.sim_process import Sim

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_storefront(conninfo, sim) as shop:
        yield shop


@pytest.mark.parametrize(
    ("size", "lang", "scripts"),
    [("360", "id", True), ("1280", "en", True), ("360", "en", False), ("1280", "id", False)],
)
async def test_a_guest_buys_by_qris(
    people: Visitors, shop: Shop, size: str, lang: str, scripts: bool
) -> None:
    name = f"{size}-{lang}{'' if scripts else '-bare'}"
    async with people.tab(size=size, lang=lang, scripts=scripts) as tab:
        page = tab.page
        await tab.open("/")
        assert await page.evaluate(FITS)
        await tab.shot(f"shop-home-{name}")
        await page.fill("#f-target_id", "0878-0000-1230")
        if scripts:
            assert await page.inner_text("#operator") == "XL"
        await page.click(".quick button >> nth=0")
        await page.wait_for_url("**/beli/pulsa/xl?target_id=087800001230")
        await _choose(page, "Xl 10.000", scripts=scripts)
        assert await page.evaluate(FITS)
        await page.fill("#f-email", "siti@example.com")
        chosen = await page.get_attribute("[name=pay]:checked", "value")
        assert chosen
        assert re.fullmatch(r"13000 (ipaymu|tripay):\S*(?i:qris)\S*", chosen)
        if scripts:
            assert "13.000" in await page.inner_text("[data-total-shown]")
        await tab.shot(f"shop-till-{name}")
        await page.click(".pay-row button")
        await page.wait_for_url("**/pesanan/TRX-*?token=*")
        tab.complaints.clear()
        assert await orders_of_guests(shop) == 1


async def test_the_counter_follows_what_is_typed(people: Visitors, shop: Shop) -> None:
    async with people.tab() as tab:
        page = tab.page
        await tab.open("/beli/pulsa/xl")
        await page.click(".deal >> nth=1")
        assert await page.evaluate("document.activeElement.id") == "f-target_id"
        await page.type("#f-target_id", "0812")
        assert "milik Telkomsel" in await page.inner_text("#e-target_id")
        await page.fill("#f-target_id", "0878 0000 1230")
        await page.wait_for_selector(".pay")
        assert await page.is_hidden("#e-target_id")
        await page.fill("#f-email", "siti@example.com")
        await page.click(".ways summary >> nth=0")
        await page.click(".ways details .way >> nth=0")
        kept = await page.get_attribute("[name=pay]:checked", "value")
        assert kept
        await page.click(".deal >> nth=2")
        await page.wait_for_selector("dd:has-text('Xl 25.000')")
        assert await page.input_value("#f-email") == "siti@example.com"
        now = await page.get_attribute("[name=pay]:checked", "value")
        assert now
        assert now.split()[1] == kept.split()[1]
        assert now != kept
        await page.fill("#f-target_id", "0878 0000 12")
        assert await page.is_disabled(".pay-row button")


async def test_a_game_is_bought_in_the_dark(people: Visitors, shop: Shop) -> None:
    async with people.tab(lang="en") as tab:
        page = tab.page
        await page.emulate_media(color_scheme="dark")
        await tab.open("/beli/games/mobile-legends")
        await page.fill("#f-target_id", "12345678")
        await page.fill("#f-server_id", "1234")
        await page.click(".deal >> nth=0")
        await page.wait_for_selector(".pay")
        assert "12345678 (1234)" in await page.inner_text("#kasir")
        await page.fill("#f-email", "siti@example.com")
        await page.fill("#f-phone", "081234567890")
        await tab.shot("shop-game-dark")
        await page.click(".pay-row button")
        await page.wait_for_url("**/pesanan/TRX-*?token=*")
        tab.complaints.clear()


async def _choose(page: Page, name: str, *, scripts: bool) -> None:
    """Without scripts a button leads on, to the same page with what there is to pay."""
    await page.click(f".deal:has(b:text-is('{name}'))")
    if not scripts:
        await page.click(".go-on button")
    await page.wait_for_selector(".pay")
