"""Signing up, in and out; in either language; by forms of our own only."""

from __future__ import annotations

import pytest

from tests.pages.browser import Visitors
from tests.shop import Shop

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_visitor_signs_up_out_and_in_again(people: Visitors, scripts: bool) -> None:
    async with people.tab(scripts=scripts) as tab:
        await tab.open("/daftar")
        await tab.page.fill("#f-name", "Siti")
        await tab.page.fill("#f-email", "siti@example.com")
        await tab.page.fill("#f-password", "rahasia-123")
        await tab.page.click("main button")
        await tab.page.wait_for_url("**/my")
        assert "Selamat datang" in await tab.says()


async def test_a_wrong_password_is_said_and_the_email_stays(people: Visitors, shop: Shop) -> None:
    await shop.buyer()
    async with people.tab(lang="en") as tab:
        await tab.open("/masuk")
        await tab.page.fill("#f-email", "pembeli1@example.com")
        await tab.page.fill("#f-password", "salah-salah")
        async with tab.page.expect_response("**/masuk") as answered:
            await tab.page.click("main button")
        assert (await answered.value).status == 401
        assert "Wrong email or password" in await tab.says()
        assert await tab.page.input_value("#f-email") == "pembeli1@example.com"
        tab.complaints.clear()  # the browser notes every 401


async def test_a_form_from_elsewhere_is_refused(shop: Shop) -> None:
    for headers in (
        {"Origin": "https://jahat.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ):
        answer = await shop.client.post("/keluar", headers={**FORM, **headers}, data="")
        assert answer.status_code == 403, headers
        assert "Formulir ini tidak dikirim dari halaman kami" in answer.text


async def test_nobody_is_sent_elsewhere_by_a_link(shop: Shop) -> None:
    for back in ("https://jahat.example", "//jahat.example", "/\\jahat.example", "/a\nb"):
        answer = await shop.client.get("/bahasa/en", params={"back": back}, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
