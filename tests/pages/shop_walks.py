"""What buyers and resellers do, from the first page to the serial number."""

from __future__ import annotations

import re
from typing import Final

from konter.people.permits import Role
from tests.pages.browser import Tab
from tests.pages.buying import FOR_EVER, hurdles, nobody_follows
from tests.pages.walks import PHONE, Town, Way, look, sign_in
from tests.shop import Shop
from tests.web.paying import PHONE as TELEPHONE
from tests.web.paying import customer_pays, lose_callbacks, until

MY_ORDER: Final = re.compile(r"/my/orders/(\d+)$")
MY_DEPOSIT: Final = re.compile(r"/my/deposits/(\d+)$")


async def guest_buys_by_qris(town: Town, way: Way) -> None:
    """From the front to the serial, which appears without reloading; bare, by buttons."""
    await _gateways_call(town.shop, back=way.scripts)
    async with town.walk(way) as tab:
        page = tab.page
        await tab.open("/")
        assert way.word("Mau isi apa", "What would you like") in await tab.says()
        await look(tab, way, "guest-1-home")
        await page.fill("#f-target_id", "0878-0000-1230")
        if way.scripts:
            assert await page.inner_text("#operator") == "XL"
        await page.click(".quick button >> nth=0")
        await page.wait_for_url("**/beli/pulsa/xl?target_id=087800001230")
        await page.click(".deal:has(b:text-is('XL 10.000'))")
        if not way.scripts:  # a button leads to the same page with what there is to pay
            await page.click(".go-on button")
        await page.wait_for_selector(".pay")
        await page.fill("#f-email", "siti@example.com")
        chosen = await page.get_attribute("[name=pay]:checked", "value")
        assert re.fullmatch(r"13000 (ipaymu|tripay):\S*(?i:qris)\S*", chosen or "")
        if way.scripts:
            assert "13.000" in await page.inner_text("[data-total-shown]")
        await look(tab, way, "guest-2-till")
        await page.click(".pay-row button")
        await page.wait_for_url("**/pesanan/TRX-*?token=*")
        await _pays_the_order(town.shop, tab, way)


async def _pays_the_order(shop: Shop, tab: Tab, way: Way) -> None:
    page = tab.page
    code = page.url.split("/pesanan/")[1].split("?")[0]
    order_id = await _number_of(shop, code)
    assert await _headline(tab) == way.word("Menunggu pembayaran", "Waiting for payment")
    assert await page.locator("svg.qr").count() == 1
    assert await page.is_visible("[data-copy]") == way.scripts
    if way.scripts:
        assert re.search(r"\d\d:\d\d", await page.inner_text("[data-until]"))
        await page.evaluate("window.stays = true")
    await look(tab, way, "guest-3-qr")
    if way == PHONE:
        assert await hurdles(tab) == []
    await customer_pays(shop, order_id)
    done = way.word("Pesanan berhasil", "Order successful")
    await _follow(shop, tab, way, order_id, done)
    serial = (await shop.order(order_id)).serial or "-"
    assert (await page.text_content(".serial .big") or "").strip() == serial
    await look(tab, way, "guest-4-delivered")
    if way.scripts:
        assert await page.evaluate("window.stays") is True
        assert await page.inner_text("#kabar") == done
        assert await page.is_visible(".serial [data-copy]")
        await until(lambda: nobody_follows(shop))
    else:
        await page.click(f"text={way.word('Lihat struk', 'View receipt')}")
        assert serial in (await page.text_content(".receipt-serial") or "")
    if way == PHONE:
        assert await hurdles(tab) == []
        await page.emulate_media(color_scheme="dark")
        assert await hurdles(tab) == []
        await tab.shot("walk-guest-4-delivered-dark-360")


async def reseller_tops_up_and_orders(town: Town, way: Way) -> None:
    """Signs in, deposits at the gateway, orders, and sees the order turn."""
    shop = town.shop
    await _gateways_call(shop, back=way.scripts)
    buyer = await shop.buyer(money=0, role=Role.RESELLER)
    async with town.walk(way) as tab:
        page = tab.page
        await tab.open("/")
        await page.click("header a[href='/masuk']")
        await sign_in(tab, f"pembeli{shop.people}@example.com")
        await page.wait_for_url("**/my")
        assert way.word("Halo, Pembeli", "Hello, Pembeli") in await tab.says()
        await look(tab, way, "reseller-1-account")
        await page.click("main a[href='/my/deposits/new']")
        await page.click("a[href$='amount=100000']")
        await page.check("input[value*='qris' i]")
        await page.fill("#f-customer_phone", TELEPHONE)
        await look(tab, way, "reseller-2-ways")
        await page.click("form[method=post][action='/my/deposits/new'] button")
        await page.wait_for_url(MY_DEPOSIT)
        assert await page.locator("main svg").first.is_visible()
        await look(tab, way, "reseller-3-qr")
        deposit_id = int(page.url.rsplit("/", 1)[1])
        await customer_pays(shop, deposit_id)
        if not way.scripts:
            async with page.expect_event("load"):
                await page.click("form[action$='/check'] button")

        async def is_credited() -> bool:
            return await buyer.balance() == 100_000

        await until(is_credited)
        await page.reload()
        assert way.word("Masuk ke saldo", "Added to balance") in await tab.says()
        await look(tab, way, "reseller-4-credited")
        await _orders_from_the_balance(shop, tab, way)
        spent = await buyer.balance()
        assert 0 < spent < 100_000
        await tab.open("/my")
        assert f"Rp\u00a0{spent:,}".replace(",", ".") in await tab.says()


async def _orders_from_the_balance(shop: Shop, tab: Tab, way: Way) -> None:
    page = tab.page
    await page.click("main a[href='/my/orders/new']")
    await page.fill("#f-q", "xld10")
    await page.click("form[role=search] button")
    await page.click("a.line:has-text('xld10')")
    await page.fill("#f-target_id", FOR_EVER)
    await look(tab, way, "reseller-5-order")
    await page.click("form[method=post] .wide-button")
    await page.wait_for_url(MY_ORDER)
    order_id = int(page.url.rsplit("/", 1)[1])
    order = await shop.until(order_id, "sent")
    if not way.scripts:
        await page.click(".reload")
    sent = way.word("Sedang diproses", "Being processed")
    await page.wait_for_selector(f"[data-headline]:has-text('{sent}')")
    await look(tab, way, "reseller-6-sent")
    if way.scripts:
        await page.evaluate("window.stays = true")
    await shop.sim.settle(order.code, "Sukses")
    if not way.scripts:
        await shop.until(order_id, "delivered")
        await page.click(".reload")
    done = way.word("Pesanan berhasil", "Order successful")
    await page.wait_for_selector(f"[data-headline]:has-text('{done}')")
    if way.scripts:
        assert await page.evaluate("window.stays") is True
    await look(tab, way, "reseller-7-delivered")


async def bill_is_checked_and_paid(town: Town, way: Way) -> None:
    """By somebody who is sent to sign in on the way, and comes back."""
    shop = town.shop
    await shop.buyer(money=500_000, role=Role.RETAIL)
    house = f"5300{shop.people:04}0001"
    await shop.sim.owe("pln", house, 60_000, 40_000, name="BUDI SANTOSO")
    async with town.walk(way) as tab:
        page = tab.page
        await tab.open("/")
        await page.click("main a[href='/tagihan']")
        await page.click("main a[href='/tagihan/pln']")
        assert await page.locator("#f-customer_no").count() == 0
        await page.click("section .button >> nth=0")
        await sign_in(tab, f"pembeli{shop.people}@example.com")
        await page.wait_for_url("**/tagihan/pln")
        await page.fill("#f-customer_no", f"{house[:5]} {house[5:]}")
        await look(tab, way, "bill-1-asked")
        await page.click("form[action$='/cek'] button")
        await page.wait_for_url("**/tagihan/pln?ref=*")
        said = await tab.says()
        for fact in (
            "BUDI SANTOSO",
            house,
            way.word("Tagihan ditemukan", "Bill found"),
            "Rp\u00a0100.000",
        ):
            assert fact in said, fact
        await look(tab, way, "bill-2-found")
        await page.click("form[action$='/bayar'] button")
        await page.wait_for_url(MY_ORDER)
        order_id = int(page.url.rsplit("/", 1)[1])
        await _follow(shop, tab, way, order_id, way.word("Tagihan sudah", "The bill is paid"))
        said = await tab.says()
        for fact in ("BUDI SANTOSO", house, way.word("Periode", "Period")):
            assert fact in said, fact
        await look(tab, way, "bill-3-paid")
        if way == PHONE:
            assert await hurdles(tab) == []
        await page.click(f"text={way.word('Lihat struk', 'View receipt')}")
        assert "BUDI SANTOSO" in await page.inner_text(".receipt")
        await look(tab, way, "bill-4-receipt")


async def _gateways_call(shop: Shop, *, back: bool) -> None:
    """Of payments asked for from now on. Not called back: who walks must ask by the button."""
    for gateway in (shop.sim.tripay, shop.sim.ipaymu):
        await gateway.script("*")
    if not back:
        await lose_callbacks(shop)


async def _follow(shop: Shop, tab: Tab, way: Way, order_id: int, news: str) -> None:
    """To its success: by itself, or by the page's buttons."""
    page = tab.page
    if not way.scripts:
        # Over before the page came: then there is nothing to press.
        again = page.locator("form[action*='/periksa'] button, form[action*='/refresh'] button")
        if await again.count():
            async with page.expect_event("load"):
                await again.first.click()
        await shop.until(order_id, "delivered")
        await page.reload()
    await page.wait_for_selector(f".standing:has-text('{news}')")


async def _headline(tab: Tab) -> str:
    return (await tab.page.inner_text("[data-headline]")).strip()


async def _number_of(shop: Shop, code: str) -> int:
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE code = %s", [code])
    assert row is not None, code
    return int(row[0])
