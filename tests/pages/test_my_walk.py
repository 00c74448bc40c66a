"""A reseller walks through their own pages, on a telephone and on a desk, in both languages."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe

from konter.people.register_member import register_member
from tests.pages.walks import Town, town

__all__ = ["town"]

PAGES = (
    ("/my", "dashboard"),
    ("/my/orders", "orders"),
    ("/my/orders/new?q=xl", "choose"),
    ("/my/deposits", "deposits"),
    ("/my/deposits/new?amount=100000", "new-deposit"),
    ("/my/mutations", "mutations"),
    ("/my/notices", "notices"),
    ("/my/notices/settings", "notice-settings"),
    ("/my/profile", "profile"),
    ("/my/two-factor", "two-factor"),
    ("/my/keys", "keys"),
    ("/my/callbacks", "callbacks"),
)


@pytest.mark.parametrize(("size", "lang"), [("360", "id"), ("1280", "en")])
async def test_every_page_of_ones_own_is_seen(town: Town, size: str, lang: str) -> None:
    shop, people = town.shop, town.people
    buyer = await shop.buyer()
    email = f"pembeli{shop.people}@example.com"
    await register_member(shop.house.people, email=email, member_id=f"TOKO{shop.people}")
    for number in ("087800001230", "087800001240", "087800001250"):
        order_id = await buyer.buys_async("xld10", number)
        await shop.until(order_id, "delivered", "failed", "sent", "held")
    async with people.tab(size=size, lang=lang) as tab:
        session = {"name": "konter_session", "value": buyer.token, "url": people.url}
        await tab.page.context.add_cookies([session])  # type: ignore[list-item]
        await tab.open("/my/keys")
        await tab.page.fill("#f-name", "server utama")
        await tab.page.click("form[action='/my/keys'] button")
        await tab.page.wait_for_selector("#kunci")
        await tab.shot(f"my-key-{size}-{lang}")
        await tab.page.fill("#f-callback_url", "https://toko.example/cb")
        await tab.page.click("form[action='/my/keys/callback'] button")
        await tab.page.wait_for_selector("form[action='/my/callbacks/test']")
        await tab.page.click("form[action='/my/callbacks/test'] button")
        await tab.page.wait_for_url("**/my/callbacks")
        product = await shop.product("xld10")
        for path, name in (*PAGES, (f"/my/orders/new?product={product}", "new-order")):
            await tab.open(path)
            await tab.shot(f"my-{name}-{size}-{lang}")
            wide = await tab.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= int(size), f"{path} scrolls sideways: {wide}"
            if size == "360":  # the words are other ones on a desk, the page is the same
                found = await Axe().run(tab.page)
                bad = [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]]
                assert bad == [], path
        await tab.page.fill("#f-target_id", "087800001260")
        await tab.page.click("main form button.wide-button")
        await tab.page.wait_for_url("**/my/orders/*")
        tab.complaints.clear()  # the order's page is not part of this
