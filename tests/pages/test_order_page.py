"""After ordering: what to pay, where it stands, what happens next; live and without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.pages.browser import Tab, Visitors, visitors
from tests.pages.buying import (
    FOR_EVER,
    FORM,
    REFUSED,
    as_owner,
    guest_orders,
    hurdles,
    session_of,
)
from tests.shop import Shop
from tests.web.paying import (
    IPAYMU_PAGE,
    PHONE,
    customer_pays,
    let_time_pass,
    plain,
)

BRIVA = "tripay:BRIVA"


@pytest_asyncio.fixture(scope="module")
async def people(till: Shop, chromium_address: str) -> AsyncIterator[Visitors]:
    async with visitors(chromium_address, till.client.url) as them:
        yield them


async def headline(tab: Tab) -> str:
    return (await tab.page.inner_text("[data-headline]")).strip()


async def test_a_virtual_account_is_copied_and_the_method_changed(
    paying: Shop, people: Visitors
) -> None:
    buyer = await paying.buyer(money=0)
    facts = {"payment_method": BRIVA, "customer_phone": PHONE}
    said = (await buyer.buys("xld10", "087800001230", **facts)).json()
    order_id, code = said["transaction"]["id"], said["payment"]["pay_code"]
    async with people.tab(size="1280") as tab:
        cookie = {"name": "konter_session", "value": buyer.token, "url": tab.url}
        await tab.page.context.add_cookies([cookie])  # type: ignore[list-item]
        await tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await tab.open(f"/my/orders/{order_id}")
        await tab.page.click(f"[data-copy='{code}']")
        await tab.page.wait_for_selector("[data-copy]:has-text('Tersalin')")
        assert await tab.page.evaluate("navigator.clipboard.readText()") == code
        assert "".join((await tab.page.text_content(".pay .big") or "").split()) == code
        await tab.page.click(".pay details:not(.other-ways) summary >> nth=0")
        await tab.shot("order-va-1280")
        await tab.page.click("text=Ganti metode pembayaran")
        await tab.shot("order-methods-1280")
        assert await hurdles(tab) == []
        await tab.page.check(f"[value='{IPAYMU_PAGE}']")
        await tab.page.click("text=Pakai metode ini")
        await tab.page.wait_for_url("**/my/orders/*#bayar")
        link = tab.page.locator("text=Lanjut ke halaman pembayaran")
        assert (await link.get_attribute("href") or "").startswith(paying.sim.ipaymu.url[:16])
        await tab.page.click("text=Bayar Sekarang")
        await tab.page.wait_for_url("**/my/orders/*#bayar")
        await tab.page.click("summary:has-text('Batalkan pesanan')")
        await tab.page.click("text=Ya, batalkan pesanan")
        await tab.page.wait_for_selector("text=Pesanan dibatalkan")
        assert (await paying.order(order_id)).state == "cancelled"


async def test_a_link_that_is_over_says_so_and_makes_way_for_another(
    paying: Shop, people: Visitors
) -> None:
    order = await guest_orders(paying)
    await let_time_pass(paying, order.id)
    async with people.tab(lang="en") as tab:
        await tab.open(order.path)
        assert await tab.page.locator("svg.qr").count() == 0
        await tab.shot("order-over-en-360")
        await tab.page.click("text=Pay now")
        await tab.page.wait_for_selector("svg.qr")
        await tab.shot("order-unpaid-en-360")


async def test_a_failed_order_asks_a_guest_where_the_money_goes(
    paying: Shop, people: Visitors
) -> None:
    order = await guest_orders(paying, target_id=REFUSED)
    await customer_pays(paying, order.id)
    await paying.until(order.id, "failed")
    async with people.tab() as tab:
        await tab.open(order.path)
        assert await headline(tab) == "Pesanan gagal, dana dikembalikan"
        await tab.page.fill("#f-bank", "BCA")
        await tab.page.fill("#f-number", "12")
        await tab.page.fill("#f-holder", "Siti")
        async with tab.page.expect_response("**/rekening*") as answered:
            await tab.page.click("text=Simpan rekening")
        assert (await answered.value).status == 422
        assert "5 sampai 25 angka" in await tab.says()
        assert await tab.page.input_value("#f-bank") == "BCA"
        await tab.shot("order-failed-360")
        assert await hurdles(tab) == []
        await tab.page.fill("#f-number", "1234567890")
        await tab.page.click("text=Simpan rekening")
        await tab.page.wait_for_selector("text=Rekening tujuan sudah kami catat")
        tab.complaints.clear()  # the browser notes every 422


async def test_an_accounts_failed_order_says_that_the_money_is_back(paying: Shop) -> None:
    buyer = await paying.buyer()
    order_id = await buyer.buys_async("xld10", REFUSED)
    order = await paying.until(order_id, "failed")
    page = await plain(paying).get(f"/my/orders/{order_id}", headers=session_of(buyer))
    assert page.status_code == 200
    back = f"{order.price:,}".replace(",", ".")
    assert f"Rp\u00a0{back} sudah kembali ke saldo Anda" in page.text


async def test_who_waits_long_is_told_not_to_buy_again(paying: Shop, people: Visitors) -> None:
    buyer = await paying.buyer()
    order_id = await buyer.buys_async("xld10", FOR_EVER)
    await paying.until(order_id, "sent")
    async with people.tab(size="1280") as tab:
        cookie = {"name": "konter_session", "value": buyer.token, "url": tab.url}
        await tab.page.context.add_cookies([cookie])  # type: ignore[list-item]
        await tab.open(f"/my/orders/{order_id}")
        assert await headline(tab) == "Sedang diproses"
        await as_owner(
            paying,
            "UPDATE orders.moves SET moved_at = moved_at - interval '6 minutes'"
            " WHERE order_id = %(id)s",
            order_id,
        )
        await tab.page.reload()
        assert "jangan beli lagi" in await tab.page.inner_text("#pesanan")
        assert "Beli lagi" not in await tab.page.inner_text("#pesanan")
        await tab.page.emulate_media(color_scheme="dark")
        await tab.shot("order-slow-1280-dark")
        code = (await paying.order(order_id)).code
        await paying.sim.settle(code, "Sukses")
        await tab.page.wait_for_selector("[data-headline]:has-text('Pesanan berhasil')")


async def test_a_wrong_token_and_another_accounts_order_are_the_same_404(paying: Shop) -> None:
    client, mine = plain(paying), await guest_orders(paying)
    other = await guest_orders(paying)
    shown = set()
    for code, token in (
        (mine.code, ""),
        (mine.code, other.token),
        (mine.code, "x"),
        ("TRX-20261116-XXXXXXXX", mine.token),
    ):
        base, query = f"/pesanan/{code}", {"token": token}
        for act in ("", "/bagian", "/peristiwa", "/struk", "/qr.png"):
            answer = await client.get(base + act, params=query, headers=FORM)
            assert answer.status_code == 404, act
            shown.add(re.sub(r"back=[^\"]*", "", answer.text))
        for act in ("/bayar", "/periksa", "/batal", "/rekening"):
            answer = await client.post(base + act, params=query, headers=FORM)
            assert answer.status_code == 404, act
            shown.add(re.sub(r"back=[^\"]*", "", answer.text))
    assert len(shown) == 1
    buyer, stranger = await paying.buyer(), await paying.buyer()
    order_id = await buyer.buys_async("xld10", "087800001230")
    for act in ("", "/bagian", "/peristiwa", "/struk", "/qr.png"):
        for who, number in ((stranger, order_id), (buyer, 999_999_999)):
            answer = await client.get(f"/my/orders/{number}{act}", headers=session_of(who))
            assert answer.status_code == 404, act
    for act in ("pay", "cancel", "refresh"):
        path = f"/my/orders/{order_id}/{act}"
        assert (await client.post(path, headers=session_of(stranger))).status_code == 404
    await paying.until(order_id, "delivered")
