"""Receipts, and finding an order again without its link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from konter.orders.read import OrderView
from tests.pages.browser import Visitors, visitors
from tests.pages.buying import FORM, REFUSED, SITI, guest_orders, hurdles, session_of
from tests.shop import Shop
from tests.web.paying import NUMBER, customer_pays, plain, until

METER = "530012341230"
NOWHERE = "TRX-20261116-XXXXXXXX"


@pytest_asyncio.fixture(scope="module")
async def people(till: Shop, chromium_address: str) -> AsyncIterator[Visitors]:
    async with visitors(chromium_address, till.client.url) as them:
        yield them


async def sold(shop: Shop, order_id: int) -> OrderView:
    await customer_pays(shop, order_id)
    return await shop.until(order_id, "delivered")


async def test_a_token_is_large_and_its_receipt_fits_the_paper(
    paying: Shop, people: Visitors
) -> None:
    order = await guest_orders(paying, product="pln20", target_id=METER)
    serial = (await sold(paying, order.id)).serial or ""
    digits = re.sub("[^0-9]", "", serial.split("/")[0])
    assert len(digits) == 20
    async with people.tab() as tab:
        await tab.open(order.path)
        assert (await tab.page.text_content(".serial .big") or "").strip() == digits
        assert await tab.page.get_attribute(".serial [data-copy]", "data-copy") == digits
        assert "Token listrik" in await tab.page.inner_text(".serial")
        await tab.shot("token-360")
        await tab.page.click("text=Lihat struk")
        await tab.page.select_option("#f-kertas", "58")
        await tab.page.click("text=Perbarui struk")
        await tab.page.wait_for_selector(".receipt.paper-58")
        assert digits in (await tab.page.text_content(".receipt-serial") or "")
        assert await hurdles(tab) == []
        await tab.shot("receipt-58-360")
        await tab.page.emulate_media(media="print")
        assert not await tab.page.is_visible(".receipt-tools")
        await tab.shot("receipt-58-print")


async def test_a_counter_prints_its_own_price_and_never_what_it_paid(paying: Shop) -> None:
    client, buyer = plain(paying), await paying.buyer()
    order_id = await buyer.buys_async("xld10", NUMBER)
    await paying.until(order_id, "delivered")
    path, mine = f"/my/orders/{order_id}/struk", session_of(buyer)
    bare = (await client.get(path, headers=mine)).text
    assert "Total bayar" not in bare
    assert "11.500" not in bare
    dear = (await client.get(path, params={"harga": "Rp 12.500"}, headers=mine)).text
    assert "Rp\u00a012.500" in dear
    wrong = await client.get(path, params={"harga": "<b>"}, headers=mine)
    assert (wrong.status_code, "Tulis harga dengan angka" in wrong.text) == (422, True)
    assert "11.500" not in dear + wrong.text


async def test_there_is_no_receipt_of_what_was_not_delivered(paying: Shop) -> None:
    order = await guest_orders(paying)
    answer = await plain(paying).get(order.at("struk"), headers=FORM)
    assert (answer.status_code, "Struk tersedia setelah" in answer.text) == (409, True)
    url = paying.client.url + order.at("qr.png")
    async with paying.client.session.get(url) as picture:
        assert picture.headers["content-type"] == "image/png"
        assert (await picture.read()).startswith(b"\x89PNG")


async def test_a_guest_finds_the_order_again_and_the_page_works_without_the_token(
    paying: Shop, people: Visitors
) -> None:
    order = await guest_orders(paying)
    async with people.tab(scripts=False) as tab:
        await tab.open(f"/pesanan/{order.code}")
        assert "Pesanan tidak ditemukan" in await tab.says()
        await tab.open("/pesanan")
        await tab.page.fill("#f-code", order.code.lower())
        await tab.page.fill("#f-contact", "+62 812 3456 7890")
        await tab.shot("find-order-360")
        await tab.page.click("text=Cari pesanan")
        await tab.page.wait_for_url(f"**/pesanan/{order.code}")
        assert await tab.page.locator("svg.qr").count() == 1
        await tab.page.click("text=Bayar Sekarang")
        await tab.page.wait_for_url(f"**/pesanan/{order.code}#bayar")
        shown = await tab.says()
        assert SITI["email"] not in shown
        assert "Jl. Melati 5" not in shown
        assert "Batalkan pesanan" not in shown
        assert order.token not in await tab.page.content()
        cookies = await tab.page.context.cookies()
        (proof,) = [one for one in cookies if one["name"] == "konter_order"]
        assert (proof["httpOnly"], proof["sameSite"]) == (True, "Lax")
        assert proof["path"] == f"/pesanan/{order.code}"
        tab.complaints.clear()  # the browser notes the first 404
    sent = {**FORM, "Cookie": f"konter_order={proof['value']}"}
    client, other = plain(paying), await guest_orders(paying)
    assert (await client.get(f"/pesanan/{order.code}", headers=sent)).status_code == 200
    for path in (f"/pesanan/{other.code}", f"/pesanan/{NOWHERE}"):
        assert (await client.get(path, headers=sent)).status_code == 404
    altered = {**FORM, "Cookie": f"konter_order={proof['value'][:-4]}AAAA"}
    assert (await client.get(f"/pesanan/{order.code}", headers=altered)).status_code == 404
    for act in ("batal", "rekening"):
        answer = await client.post(f"/pesanan/{order.code}/{act}", headers=sent)
        assert answer.status_code == 404, "who knows a receipt's code and number is not its buyer"


async def test_whatever_is_wrong_with_a_search_the_answer_is_one(paying: Shop) -> None:
    order, client = await guest_orders(paying), plain(paying)
    told = set()
    for code, contact in ((order.code, "lain@contoh.id"), (NOWHERE, SITI["email"])):
        fields = {"code": code, "contact": contact}
        headers = {**FORM, "X-Forwarded-For": "198.51.100.77"}
        answer = await client.post("/pesanan", data=fields, headers=headers)
        assert answer.status_code == 404
        told.add(answer.text.replace(code, "").replace(contact, ""))
    assert len(told) == 1
    limited = {**FORM, "X-Forwarded-For": "198.51.100.78"}

    async def refused() -> bool:
        fields = {"code": NOWHERE, "contact": "x@y.id"}
        return (await client.post("/pesanan", data=fields, headers=limited)).status_code == 429

    await until(refused)


async def test_who_opened_the_link_comes_back_from_the_gateway_without_it(paying: Shop) -> None:
    order, client = await guest_orders(paying), plain(paying)
    opened = await client.get(order.path, headers=FORM)
    cookie = opened.headers["set-cookie"].split(";")[0]
    back = await client.get(f"/bayar/selesai?code={order.code}", headers=FORM)
    assert f'href="/pesanan/{order.code}"' in back.text
    deposits = await client.get("/bayar/selesai?code=DEP-20261122-ABCD1234", headers=FORM)
    assert 'href="/my/deposits"' in deposits.text
    again = await client.get(f"/pesanan/{order.code}", headers={**FORM, "Cookie": cookie})
    assert (again.status_code, SITI["email"] in again.text) == (200, True)
    cancelled = await client.post(
        f"/pesanan/{order.code}/batal", headers={**FORM, "Cookie": cookie}, allow_redirects=False
    )
    assert cancelled.status_code == 303
    buyer = await paying.buyer()
    code = (await paying.order(await buyer.buys_async("xld10", REFUSED))).code
    own = await client.get(f"/pesanan/{code}", headers=session_of(buyer), allow_redirects=False)
    assert own.status_code == 303
    assert own.headers["location"].startswith("/my/orders/")
