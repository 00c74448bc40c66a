"""An operator at work: sees the day, finds what is stuck, decides with evidence; no command."""

from __future__ import annotations

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe

from konter.ledger.read import of_order
from konter.people.audit import deeds
from konter.people.permits import Role
from tests.pages.browser import Tab, Visitors
from tests.shop import Buyer, Client, Reply, Shop

FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "text/html",
    "Sec-Fetch-Site": "same-origin",
}
PAGES = (
    "/admin",
    "/admin/orders",
    "/admin/tasks",
    "/admin/inbox",
    "/admin/outbox",
    "/admin/reconcile",
)


async def signs_in(tab: Tab, email: str, *, back: str = "/admin") -> None:
    await tab.open(f"/masuk?back={back}")
    await tab.page.fill("#f-email", email)
    await tab.page.fill("#f-password", "rahasia-123")
    await tab.page.click("main button")
    await tab.page.wait_for_url(f"**{back}")


async def get(client: Client, path: str, who: Buyer | None = None) -> Reply:
    cookies = {"konter_session": who.token} if who else {}
    headers = {"Accept": "text/html"}
    return await client.get(path, headers=headers, cookies=cookies, allow_redirects=False)


async def post(client: Client, path: str, who: Buyer, **fields: str) -> Reply:
    return await client.post(
        path,
        headers=FORM,
        data=fields,
        cookies={"konter_session": who.token},
        allow_redirects=False,
    )


@pytest.mark.parametrize("size", ["360", "1280"])
async def test_an_operator_finds_a_stuck_order_and_ends_it_with_evidence(
    people: Visitors, shop: Shop, size: str
) -> None:
    buyer = await shop.buyer()
    await shop.buyer(money=0, role=Role.OPERATOR)
    good = await buyer.buys_async("xld10", "087800001230")
    bad = await buyer.buys_async("xld10", "087800001232")
    stuck = await buyer.buys_async("xld10", "087800006001")
    torn = await buyer.buys_async("xld10", "087800006002")
    await shop.until(good, "delivered")
    await shop.until(bad, "failed")
    await shop.until(torn, "disputed")
    await shop.until(stuck, "sent")
    async with people.tab(size=size) as tab:
        await signs_in(tab, "pembeli2@example.com")
        await tab.page.wait_for_selector("text=Penjualan per jam")
        await no_sideways(tab)
        await tab.shot(f"office-today-{size}")
        await tab.page.fill("#f-q", "0878 0000-6001")
        await tab.page.click("form.find button")
        await tab.page.wait_for_url(f"**/admin/orders/{stuck}")
        await no_sideways(tab)
        await tab.page.click("text=Tanya penyedia sekarang")
        await tab.page.wait_for_selector("main .note")
        await tab.shot(f"office-order-{size}")
        await tab.open(f"/admin/orders/{stuck}/end")
        await tab.shot(f"office-end-{size}")
        await tab.page.check("input[value=delivered]")
        await tab.page.fill("#f-serial", "SN-DILIHAT-77")
        await tab.page.fill("#f-reason", "pembeli sudah menerima")
        await tab.page.fill("#f-evidence", "panel Digiflazz 10.15")
        await tab.page.click("form .actions button")
        await tab.page.wait_for_selector("text=dicatat atas nama Anda")
        said = await tab.says()
        assert "SN-DILIHAT-77" in said and "order.end" in said
        assert "pembeli2@example.com" in said
        await no_sideways(tab)
        for path in (*PAGES[1:], f"/admin/orders/{torn}", f"/admin/orders/{torn}/resolve"):
            await tab.open(path)
            assert await tab.page.locator("h1").count() == 1, path
            await no_sideways(tab)
            assert await faults(tab) == [], path
            await tab.shot(f"office{path.removeprefix('/admin').replace('/', '-')}-{size}")
        await tab.page.emulate_media(color_scheme="dark")
        await tab.open("/admin")
        assert await faults(tab) == []
        await tab.shot(f"office-dark-today-{size}")
        await tab.open(f"/admin/orders/{torn}")
        assert await faults(tab) == []
        await tab.shot(f"office-dark-order-{size}")
    await shop.until(stuck, "delivered")


async def no_sideways(tab: Tab) -> None:
    """The page itself never scrolls sideways; tables do, inside their own frame."""
    wide, room = await tab.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= room, (tab.page.url, wide, room)


async def faults(tab: Tab) -> list[str]:
    """What axe finds wrong for who cannot see or point."""
    found = (await Axe().run(tab.page)).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


async def test_who_is_not_staff_sees_nothing_of_the_office(shop: Shop) -> None:
    buyer = await shop.buyer()
    order = await buyer.buys_async("xld10", "087800001230")
    acts = (f"/admin/orders/{order}", f"/admin/orders/{order}/end", "/admin/inbox/1")
    for path in (*PAGES, *acts):
        refused = await get(shop.client, path, buyer)
        assert refused.status_code == 403, path
        assert "Halaman ini bukan untuk akun" in refused.text
        nobody = await get(shop.client, path)
        assert nobody.status_code == 303, path
        assert nobody.headers["Location"].startswith("/masuk?back=%2Fadmin")
    for path in (f"/admin/orders/{order}/ask", f"/admin/orders/{order}/cancel"):
        assert (await post(shop.client, path, buyer)).status_code == 403


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(shop: Shop) -> None:
    buyer = await shop.buyer()
    one = await shop.buyer(money=0, role=Role.OPERATOR)
    two = await shop.buyer(money=0, role=Role.ADMIN)
    order = await buyer.buys_async("xld10", "087800006002")
    await shop.until(order, "disputed")
    path = f"/admin/orders/{order}/resolve"
    page = await get(shop.client, path, one)
    choice = "reverse" if 'value="reverse"' in page.text else "absorb"
    why = {"choice": choice, "reason": "sudah diperiksa", "evidence": "panel penyedia"}
    unsaid = await post(shop.client, path, one, **{**why, "evidence": ""})
    assert unsaid.status_code == 422 and "sudah diperiksa" in unsaid.text
    answers = await asyncio.gather(
        post(shop.client, path, one, **why), post(shop.client, path, two, **why)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (told,) = [answer for answer in answers if answer.status_code == 409]
    assert "tidak sedang disengketakan" in told.text
    late = await get(shop.client, path, two)
    assert "Mungkin orang lain sudah memutuskannya" in late.text
    async with shop.house.db.read() as tx:
        done = await deeds(tx, act="order.resolve")
        money = await of_order(tx, order)
    assert [deed.subject for deed in done] == [f"order:{order}"]
    assert done[0].actor in told.text
    assert sum(entry.kind.startswith("dispute_") for entry in money) <= 1


async def test_an_order_that_never_left_is_cancelled_and_its_price_is_back(shop: Shop) -> None:
    buyer, staff = await shop.buyer(), await shop.buyer(money=0, role=Role.OPERATOR)
    await shop.stop_worker()
    order = await buyer.buys_async("xld10", "087800001230")
    page = await get(shop.client, f"/admin/orders/{order}", staff)
    assert "Batalkan" in page.text and "Akhiri dengan bukti" not in page.text
    why = {"reason": "pembeli salah nomor", "evidence": "chat pembeli 09.00"}
    path = f"/admin/orders/{order}/cancel"
    assert (await post(shop.client, path, staff, **why)).status_code == 303
    assert (await post(shop.client, path, staff, **why)).status_code in (409, 422)
    assert (await shop.order(order)).state == "cancelled"
    assert await buyer.balance() == 1_000_000
    async with shop.house.db.read() as tx:
        (deed,) = await deeds(tx, subject=f"order:{order}")
    assert (deed.act, deed.actor_id) == ("order.cancel", staff.id)
    assert (await get(shop.client, "/admin/orders/999999", staff)).status_code == 404
