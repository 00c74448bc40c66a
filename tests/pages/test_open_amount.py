"""Open denominations in the pages: the buyer types the amount; no fee is shown as a price."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest
from axe_playwright_python.async_playwright import Axe

from konter.catalogue.open_products import add_open
from konter.people.permits import Role
from tests.pages.browser import Visitors
from tests.pages.storefront import Visitor, customer, hidden, orders_of_guests, way
from tests.shop import Shop, gateway_settings
from tests.sim_process import Sim
from tests.two_shops import MAPPED, OKE, assert_both_honest, open_two_suppliers

DANA: Final = "BBSDN"
NUMBER: Final = "081234500077"
FEE: Final = 3_200
"""Of a retail buyer, on top of the amount; a reseller's is 1.700."""
LEAST: Final = "Rp\N{NO-BREAK SPACE}13.200"
BARE: Final = ("Rp\N{NO-BREAK SPACE}3.200<", "Rp\N{NO-BREAK SPACE}1.700<")


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    for gateway in (sim.ipaymu, sim.tripay):
        await gateway.reset(poll_gap_s=0, callback_delay_ms=20)
    async with open_two_suppliers(
        conninfo, sim, mapped=MAPPED, rows=None, **gateway_settings(sim)
    ) as shop:
        await add_open(shop.house.catalogue, OKE, DANA)
        yield shop
        await assert_both_honest(shop)


async def shelf_of(shop: Shop) -> str:
    """Where it stands, with itself picked."""
    found = await Visitor(shop).get(f"/produk/{DANA}")
    return found.headers["Location"]


async def test_no_page_shows_the_fee_as_the_price(shop: Shop) -> None:
    guest, path = Visitor(shop), await shelf_of(shop)
    shelf, category = path.partition("?")[0], path.rpartition("/")[0]
    own = await customer(shop)
    for visitor, address in (
        (guest, "/"),
        (guest, category),
        (guest, "/cari?q=dana"),
        (guest, shelf),
        (own, "/my/orders/new?q=dana"),
    ):
        shown = (await visitor.get(address)).text
        assert f"mulai {LEAST}" in shown, address
        assert not any(fee in shown for fee in BARE), address
    shown = (await own.get(f"/my/orders/new?product={await shop.product(DANA)}")).text
    assert 'name="qty"' in shown
    assert 'name="payment_method"' not in shown


async def test_a_guest_pays_for_the_amount_they_typed(shop: Shop) -> None:
    guest, path = Visitor(shop), await shelf_of(shop)
    ready = f"{path}&target_id={NUMBER}"
    for wrong in ("", "9999", "lima", "20000000"):
        refused = (await guest.get(f"{ready}&qty={wrong}")).text
        assert "Isi nominal dari Rp\N{NO-BREAK SPACE}10.000" in refused, wrong
        assert 'name="pay"' not in refused
    shown = await guest.get(f"{ready}&qty=50.000")
    assert "Rp\N{NO-BREAK SPACE}53.200" in shown.text
    form = {**hidden(shown), "pay": way(shown), "email": "siti@contoh.id"}
    assert (form["qty"], form["pay"].split()[0]) == ("50000", "53200")
    here = path.partition("?")[0]
    cheated = await guest.sends(here, {**form, "qty": "500000"})
    assert cheated.status_code == 409, cheated.text
    answer = await guest.sends(here, form)
    assert answer.status_code == 303, answer.text
    assert "/pesanan/" in answer.headers["Location"]
    shown = await guest.get(answer.headers["Location"])
    assert "Rp\N{NO-BREAK SPACE}53.200" in shown.text
    assert await orders_of_guests(shop) == 1


async def test_an_account_sees_the_total_before_it_buys(shop: Shop) -> None:
    own = await customer(shop, money=100_000, role=Role.RESELLER)
    path = f"/my/orders/new?product={await shop.product(DANA)}"
    assert "Isi nominal dari" in (await own.get(f"{path}&qty=1")).text
    shown = await own.get(f"{path}&qty=50000")
    assert "Rp\N{NO-BREAK SPACE}51.700" in shown.text
    form = {**hidden(shown, ""), "target_id": NUMBER, "payment_method": "balance"}
    assert form["qty"] == "50000"
    answer = await own.sends("/my/orders/new", form)
    assert answer.status_code == 303, answer.text
    order_id = int(answer.headers["Location"].rpartition("/")[2])
    order = await shop.until(order_id, "delivered")
    assert order.price == 51_700


async def test_the_counter_reckons_while_one_types(people: Visitors, shop: Shop) -> None:
    async with people.tab() as tab:
        page = tab.page
        await tab.open((await shelf_of(shop)).partition("?")[0])
        await tab.shot("shop-amount-empty")
        await page.fill("#f-target_id", NUMBER)
        await page.check("[data-by-amount]", force=True)
        assert await page.evaluate("document.activeElement.id") == "f-qty"
        await page.type("#f-qty", "5000")
        await page.wait_for_selector("#e-qty:not([hidden])")
        await page.type("#f-qty", "0")
        await page.wait_for_selector(".pay")
        assert "53.200" in await page.inner_text("#kasir .facts")
        assert await page.is_hidden("#e-qty")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await tab.shot("shop-amount-till")
        found = await Axe().run(page)
        assert [v["id"] for v in found.response["violations"]] == []
