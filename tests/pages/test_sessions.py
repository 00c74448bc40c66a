"""Signing up, in and out; in either language; by forms of our own only."""

from __future__ import annotations

from tests.pages.storefront import Visitor
from tests.shop import Shop

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


async def test_a_visitor_signs_up_and_is_at_home(shop: Shop) -> None:
    guest = Visitor(shop)
    fields = {"name": "Siti", "email": "siti@example.com", "password": "rahasia-123"}
    done = await guest.sends("/daftar", fields)
    assert (done.status_code, done.headers["Location"]) == (303, "/my")
    login = await shop.client.post("/api/auth/login", json=fields)
    token = login.json()["token"]
    assert "Halo, Siti" in (await Visitor(shop, token).get("/my")).text


async def test_a_wrong_password_is_said_and_the_email_stays(shop: Shop) -> None:
    await shop.buyer()
    wrong = {"email": "pembeli1@example.com", "password": "salah-salah"}
    told = await Visitor(shop, lang="en").sends("/masuk", wrong)
    assert told.status_code == 401
    assert "Wrong email or password" in told.text
    assert 'value="pembeli1@example.com"' in told.text


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


async def test_what_no_field_shows_is_said_above_the_form(shop: Shop) -> None:
    """A form of more fields than any of ours has is refused whole."""
    many = "&".join(f"f{n}=1" for n in range(300))
    headers = {**FORM, "Sec-Fetch-Site": "same-origin"}
    for path in ("/masuk", "/daftar"):
        answer = await shop.client.post(path, headers=headers, data=many)
        assert answer.status_code == 422
        assert "Isi formulir tidak dapat dibaca" in answer.text
