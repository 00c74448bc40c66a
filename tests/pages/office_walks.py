"""What staff do: end what is stuck, change a markup, test the gateways."""

from __future__ import annotations

from typing import Final

from konter.people.permits import Role
from tests.pages.browser import Tab
from tests.pages.buying import FOR_EVER, hurdles
from tests.pages.office import deeds_of
from tests.pages.walks import FITS, PHONE, Town, Way, look, sign_in
from tests.shop import Shop
from tests.sim_process import IPAYMU_API_KEY, TRIPAY_API_KEY
from tests.web.paying import until

TORN: Final = "087800006002"
"""Of this one the upstream says success, and later the opposite."""

ML5_COST: Final = 1_450

PRICES: Final = "SELECT retail_price, reseller_price FROM catalogue.products WHERE code = 'ml5'"

HEAD_OVER_ROWS: Final = """
    document.querySelector("thead th").getBoundingClientRect().width
    === document.querySelector("tbody th").getBoundingClientRect().width
"""

OFFICE: Final = ("/admin", "/admin/orders", "/admin/inbox", "/admin/outbox", "/admin/reconcile")


async def enters_the_office(town: Town, tab: Tab, path: str, role: Role) -> str:
    """Asked to sign in on the way to ``path``; answers under which address."""
    await town.shop.buyer(money=0, role=role)
    email = f"pembeli{town.shop.people}@example.com"
    await tab.open(path)
    await sign_in(tab, email)
    await tab.page.wait_for_url(f"**{path}")
    return email


async def operator_ends_a_stuck_order(town: Town, way: Way) -> None:
    """From the day's tasks to the order, which is asked after, and ended with evidence."""
    shop = town.shop
    buyer = await shop.buyer()
    torn = await buyer.buys_async("xld10", TORN)
    stuck = await buyer.buys_async("xld10", FOR_EVER)
    code = (await shop.order(stuck)).code
    await shop.until(torn, "disputed")
    async with town.walk(way) as tab:
        page = tab.page
        email = await enters_the_office(town, tab, "/admin", Role.OPERATOR)
        assert way.word("Penjualan per jam", "Sales by hour") in await tab.says()
        await look(tab, way, "stuck-1-today")

        async def is_a_task() -> bool:
            await page.click("a[href='/admin/tasks'] >> nth=0")
            return await page.is_visible(f"a:has-text('{code}')")

        await until(is_a_task)
        await look(tab, way, "stuck-2-tasks")
        await page.click(f"a:has-text('{code}') >> nth=0")
        await page.wait_for_url(f"**/admin/orders/{stuck}")
        await page.click("form[action$='/ask'] button")
        await page.wait_for_selector("main .note")
        await look(tab, way, "stuck-3-order")
        await page.click("a[href$='/end']")
        await page.check("input[value=delivered]")
        await page.fill("#f-serial", "SN-DILIHAT-77")
        await page.fill("#f-reason", "pembeli sudah menerima")
        await page.fill("#f-evidence", "panel Digiflazz 10.15")
        await look(tab, way, "stuck-4-evidence")

        async def is_ended() -> bool:
            """Not while the supplier is being asked: then it is said, and one sends it again."""
            async with page.expect_navigation():
                await page.click("form .actions button")
            if page.url.endswith(f"/{stuck}"):
                return True
            asked = way.word("Penyedia sedang ditanya", "supplier is being asked")
            assert asked in await tab.says()
            await look(tab, way, "stuck-4-not-now")
            tab.excuse(409)
            return False

        await until(is_ended)
        said = await tab.says()
        noted = way.word("dicatat atas nama Anda", "noted under your name")
        for word in (noted, "SN-DILIHAT-77", "order.end", email):
            assert word in said, word
        await look(tab, way, "stuck-5-ended")
        await _looks_around(tab, way, torn)
    await shop.until(stuck, "delivered")


async def _looks_around(tab: Tab, way: Way, torn: int) -> None:
    """The office's other rooms hold what a screen can show, for who cannot see it too."""
    for path in (*OFFICE, f"/admin/orders/{torn}", f"/admin/orders/{torn}/resolve"):
        await tab.open(path)
        assert await tab.page.locator("h1").count() == 1, path
        assert await tab.page.evaluate(FITS), path
        if way == PHONE:
            assert await hurdles(tab) == [], path
    if way == PHONE:
        await tab.page.emulate_media(color_scheme="dark")
        for path in ("/admin", f"/admin/orders/{torn}"):
            await tab.open(path)
            assert await hurdles(tab) == [], path
        await tab.shot("walk-stuck-order-dark-360")


async def admin_changes_a_markup(town: Town, way: Way) -> None:
    """Every price is shown before any of them is changed."""
    shop = town.shop
    async with town.walk(way) as tab:
        page = tab.page
        await enters_the_office(town, tab, "/admin/markup", Role.ADMIN)
        percent = 10 + 2 * shop.people  # another for each walk of a file
        price = ML5_COST + ML5_COST * percent // 100
        before, reseller = await _prices(shop)
        assert before != price
        await page.select_option("#f-category", "games")
        await page.select_option("#f-kind", "percent")
        await page.fill("#f-amount", str(percent))
        await look(tab, way, "markup-1-rule")
        await page.click("form[action$='/preview'] .actions button")
        await page.wait_for_url("**/admin/markup/preview")
        assert way.word("Pratinjau harga", "Price preview") in await tab.says()
        assert await _prices(shop) == (before, reseller), "a preview changes nothing"
        row = await page.inner_text("tr[data-code=ml5]")
        assert _dotted(before) in row and _dotted(price) in row
        await look(tab, way, "markup-2-preview")
        await page.click(f"text={way.word('Terapkan aturan ini', 'Apply this rule')}")
        await page.wait_for_url("**/admin/markup")
        done = way.word("Harga berubah: 7", "Prices changed: 7")
        assert done in await tab.says()
        await look(tab, way, "markup-3-done")
        if way.size == "1280":
            assert await page.evaluate(HEAD_OVER_ROWS)
        assert await _prices(shop) == (price, reseller)
        await tab.open(f"/admin/products/{await shop.product('ml5')}")
        assert way.word("aturan markup", "markup rule") in await tab.says()
        await look(tab, way, "markup-4-product")
    for act in ("price.preview", "price.rule"):
        deed = (await deeds_of(shop, act))[0]
        assert deed.subject == "markup:retail/games/*"
    assert f'"rule": "percent {percent}00"' in deed.detail and '"repriced": 7' in deed.detail


async def admin_tests_the_gateways(town: Town, way: Way) -> None:
    """By the button on the settings' pages, which tell no key."""
    async with town.walk(way) as tab:
        page = tab.page
        await enters_the_office(town, tab, "/admin/settings", Role.ADMIN)
        assert await page.evaluate(FITS)
        await look(tab, way, "settings-1-told")
        await page.click(f"text={way.word('Tes pembayaran', 'Payment test')}")
        await page.wait_for_url("**/admin/settings/payment/test")
        await page.click(f"text={way.word('Tes semua', 'Test all')}")
        await page.wait_for_selector(f"text={way.word('Tes selesai', 'Test done')}")
        said = await tab.says()
        for word in (
            way.word("Kunci diterima", "Credentials accepted"),
            way.word("Jam kita sama", "Our clocks agree"),
        ):
            assert word in said, word
        assert TRIPAY_API_KEY not in said and IPAYMU_API_KEY not in said
        await look(tab, way, "payment-test")


async def _prices(shop: Shop) -> tuple[int, int]:
    async with shop.house.db.read() as tx:
        row = await tx.row(PRICES)
    assert row is not None
    return int(row[0]), int(row[1])


def _dotted(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
