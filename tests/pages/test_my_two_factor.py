"""The second step as people meet it: set up, asked for, and no way round."""

from __future__ import annotations

import time

import pyotp

from konter.people.permits import Role
from tests.pages.browser import Tab, Visitors
from tests.pages.visitor import Visitor, visitor, went_to
from tests.shop import Shop, open_shop
from tests.sim_process import Sim

PASSWORD = "rahasia-123"


def shows(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


async def enrolled(siti: Visitor) -> tuple[str, list[str]]:
    await siti.post("/my/two-factor/start")
    page = (await siti.get("/my/two-factor")).text
    secret = page.split('id="kunci">')[1].split("<")[0].replace(" ", "")
    made = await siti.post("/my/two-factor/confirm", code=shows(secret), password=PASSWORD)
    assert made.status_code == 200, made.text
    kept = [part.split("<")[0] for part in made.text.split("<li>")[1:11]]
    return secret, kept


async def test_json_is_no_way_round_and_staff_without_it_do_nothing_else(
    conninfo: str, sim: Sim
) -> None:
    async with open_shop(conninfo, sim, KONTER_STAFF_TWO_FACTOR="yes") as shop:
        buyer = await shop.buyer(role=Role.ADMIN, money=0)
        boss = visitor(shop, buyer)
        for path in ("/my", "/my/profile", "/", "/my/orders/new"):
            assert went_to(await boss.get(path)) == "/my/two-factor", path
        assert "mewajibkannya" in (await boss.get("/my/two-factor")).text
        assert went_to(await boss.post("/my/profile/name", name="x")) == "/my/two-factor"
        told = await buyer.get("/api/auth/me")
        assert (told.status_code, told.json()["code"]) == (403, "second_step_first")
        _, kept = await enrolled(boss)
        assert (await boss.get("/my")).status_code == 200
        assert (await buyer.get("/api/auth/me")).status_code == 200
        login = {"email": "pembeli1@example.com", "password": PASSWORD}
        answers = []
        for code in (None, "000000", kept[0], kept[0]):
            body = login if code is None else {**login, "code": code}
            answer = await shop.client.post("/api/auth/login", json=body)
            answers.append((answer.status_code, answer.json().get("code")))
        assert answers == [
            (401, "code_needed"),
            (401, "wrong_code"),
            (200, None),
            (401, "wrong_code"),
        ]
        retail = visitor(shop, await shop.buyer(role=Role.RETAIL, money=0))
        assert (await retail.get("/my")).status_code == 200


async def sign_in(tab: Tab) -> None:
    await tab.open("/masuk?back=/my/two-factor")
    await tab.page.fill("#f-email", "pembeli1@example.com")
    await tab.page.fill("#f-password", PASSWORD)
    await tab.page.click("main button")


async def test_it_is_set_up_and_asked_for_in_a_browser(people: Visitors, shop: Shop) -> None:
    await shop.buyer()
    async with people.tab(scripts=False) as tab:
        page = tab.page
        await sign_in(tab)
        await page.wait_for_url("**/my/two-factor")
        await page.click("text=Mulai")
        secret = (await page.inner_text("#kunci")).replace(" ", "")
        await tab.shot("my-two-factor-setup-360")
        await page.fill("#f-code", shows(secret))
        await page.fill("#f-password", PASSWORD)
        await page.click("text=Aktifkan")
        await page.wait_for_selector("#cadangan")
        kept = await page.locator("#cadangan li").all_inner_texts()
        assert len(kept) == 10
        await tab.shot("my-two-factor-codes-360")
        await page.context.clear_cookies()
        await sign_in(tab)
        await page.wait_for_url("**/masuk/kode*")
        await tab.open("/my")
        assert "/masuk" in page.url, "halfway opens nothing"
        await tab.open("/masuk/kode?back=/my/two-factor")
        await tab.shot("my-two-factor-asked-360")
        await page.fill("#f-code", "000000")
        await page.click("main button")
        assert "salah atau sudah dipakai" in await tab.says()
        await page.fill("#f-code", kept[0])
        await page.click("main button")
        await page.wait_for_url("**/my/two-factor")
        assert "Sisa 9 kode cadangan" in await tab.says()
        await tab.shot("my-two-factor-on-360")
        await page.fill("#f-code", shows(secret, steps=1))
        await page.fill("#f-password", PASSWORD)
        await page.click("main .danger")
        await page.wait_for_url("**/my/two-factor")
        assert "sudah dimatikan" in await tab.says()
        tab.complaints.clear()  # the browser notes every 401
