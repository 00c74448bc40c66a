"""The shop's counter as a browser shows it: it follows what is typed, in light and in dark."""

from __future__ import annotations

from tests.pages.buying import hurdles
from tests.pages.storefront import NUMBER, customer, signed_in
from tests.pages.walks import Town, town

__all__ = ["town"]


async def test_the_counter_follows_what_is_typed(town: Town) -> None:
    async with town.people.tab() as tab:
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
        await page.wait_for_selector("dd:has-text('XL 25.000')")
        assert await page.input_value("#f-email") == "siti@example.com"
        now = await page.get_attribute("[name=pay]:checked", "value")
        assert now
        assert now.split()[1] == kept.split()[1]
        assert now != kept
        await page.fill("#f-target_id", "0878 0000 12")
        assert await page.is_disabled(".pay-row button")


async def test_a_game_is_bought_in_the_dark(town: Town) -> None:
    async with town.people.tab(lang="en") as tab:
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


async def test_axe_finds_nothing_serious(town: Town) -> None:
    shop = town.shop
    product, token = await shop.product("xld10"), await shop.product("pln20")
    async with town.people.tab() as tab:
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
            for colours in ("light", "dark"):
                await tab.page.emulate_media(color_scheme=colours)
                assert await hurdles(tab) == [], (path, colours)
        await signed_in(town.people, await customer(shop, money=5_000), tab.page)
        await tab.open("/tagihan/pln")
        await tab.page.fill("#f-customer_no", "530000000001")
        await tab.page.click("section button")
        await tab.page.wait_for_url("**?ref=*")
        assert await hurdles(tab) == []
