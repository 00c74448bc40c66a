"""A deposit in the browser: chosen, paid at the gateway, seen in the balance."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe

from konter.people.permits import Role
from tests.pages.browser import visitors
from tests.shop import Shop
from tests.web.paying import PHONE, QRIS, customer_pays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("size", "scripts"), [("360", False), ("1280", True)])
async def test_a_deposit_is_chosen_paid_and_seen(
    paying: Shop, chromium_address: str, size: str, scripts: bool
) -> None:
    buyer = await paying.buyer(money=0, role=Role.RETAIL)
    async with (
        visitors(chromium_address, paying.client.url) as people,
        people.tab(size=size, scripts=scripts) as tab,
    ):
        page = tab.page
        session = {"name": "konter_session", "value": buyer.token, "url": people.url}
        await page.context.add_cookies([session])  # type: ignore[list-item]
        await tab.open("/my")
        await page.click("text=Isi saldo")
        await page.click("a[href$='amount=100000']")
        await tab.shot(f"my-deposit-ways-{size}")
        await page.check(f"input[value='{QRIS}']")
        await page.fill("#f-customer_phone", PHONE)
        await page.click("text=Lanjut membayar")
        await page.wait_for_url("**/my/deposits/*")
        assert await page.locator("svg.qr").is_visible()
        await tab.shot(f"my-deposit-qr-{size}")
        picture = await page.request.get(f"{page.url}/qr.png")
        assert picture.headers["content-type"] == "image/png"
        number = int(page.url.rsplit("/", 1)[1])
        await page.click("summary:has-text('Ganti metode')")
        await page.check("input[value='tripay:BRIVA']")
        await page.click("text=Pakai metode ini")
        await page.wait_for_selector(".big.code")
        assert await page.locator("text=Salin nomor").is_visible() == scripts
        if scripts:
            await page.click("text=Salin nomor")
            await page.wait_for_selector("text=Tersalin")
            found = await Axe().run(page)
            assert [v["id"] for v in found.response["violations"]] == []
        await tab.shot(f"my-deposit-va-{size}")
        await customer_pays(paying, number)

        async def credited() -> bool:
            return await buyer.balance() == 100_000

        await until(credited)
        if not scripts:
            await page.click("text=Periksa lagi")
            await page.wait_for_url("**/my/deposits/*")
        await page.wait_for_selector(".badge:has-text('Masuk ke saldo')")
        await tab.open("/my")
        assert "Rp\u00a0100.000" in await tab.says()
