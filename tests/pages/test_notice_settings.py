"""Where and in which language people are told: by their choice, or the page they bought on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from konter.people.reach import Reach, reach_of
from tests.pages.storefront import NUMBER, Visitor, customer, hidden, open_storefront, way
from tests.shop import Shop
from tests.sim_process import Sim
from tests.web.paying import customer_pays

PATH = "/my/notices/settings"
OPEN_CHANNELS = """
INSERT INTO hooks.channels (name, lang, is_on)
VALUES ('email', 'id', true), ('whatsapp', 'id', true) ON CONFLICT (name) DO UPDATE SET is_on = true
"""
TOLD = "SELECT channel, recipient, title, message FROM hooks.dispatches ORDER BY channel"


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_storefront(conninfo, sim) as shop:
        yield shop


async def only_user(shop: Shop) -> Reach:
    async with shop.house.db.read() as tx:
        rows = await tx.rows("SELECT max(id) FROM people.users")
        return (await reach_of(tx, [rows[0][0]]))[rows[0][0]]


async def test_a_user_chooses_ways_and_language(shop: Shop) -> None:
    own = await customer(shop)
    none = (await own.get(PATH)).text
    assert "belum mengirim kabar" in none
    assert 'name="whatsapp"' not in none
    async with shop.house.db.transaction() as tx:
        await tx.run(OPEN_CHANNELS)
    form = (await own.get(PATH)).text
    assert 'name="whatsapp"' in form
    assert 'name="telegram"' not in form
    assert 'name="by_email" value="1" checked' in form
    for wrong in ({"lang": "fr"}, {"lang": "id", "whatsapp": "satu"}):
        assert (await own.sends(PATH, wrong)).status_code == 422
    chosen = {"lang": "en", "whatsapp": "0812-3456-7890"}
    answer = await own.sends(PATH, chosen)
    assert answer.status_code == 303, answer.text
    assert "settings%20saved" in answer.headers["Set-Cookie"]
    reach = await only_user(shop)
    assert (reach.lang, reach.email, reach.whatsapp) == ("en", None, "6281234567890")
    assert 'value="+6281234567890"' in (await own.get(PATH)).text


async def test_the_language_of_the_pages_is_that_of_the_messages(shop: Shop) -> None:
    own = await customer(shop)
    for lang in ("en", "en", "xx"):
        assert (await own.get(f"/bahasa/{lang}?back=/my")).status_code == 303
        assert (await only_user(shop)).lang == ("en" if lang == "en" else "id")
    assert (await Visitor(shop).get("/bahasa/en")).status_code == 303


async def test_a_guest_is_told_in_the_language_they_ordered_in(shop: Shop) -> None:
    async with shop.house.db.transaction() as tx:
        await tx.run(OPEN_CHANNELS)
    guest = Visitor(shop, lang="en")
    here = "/beli/pulsa/xl"
    shown = await guest.get(f"{here}?target_id={NUMBER}&product_id={await shop.product('xld10')}")
    form = {**hidden(shown), "pay": way(shown), "email": "siti@example.com"}
    assert (await guest.sends(here, form)).status_code == 303
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders")
    assert row is not None
    await customer_pays(shop, row[0])
    await shop.until(row[0], "delivered")
    async with shop.house.db.read() as tx:
        told = await tx.rows(TOLD)
    assert {(channel, to) for channel, to, *_ in told} == {
        ("email", "siti@example.com"),
        ("whatsapp", "6287800001230"),
    }
    assert all("Order" in title or "order" in message for *_, title, message in told), told
