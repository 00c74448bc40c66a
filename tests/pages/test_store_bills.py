"""A bill is looked up, shown with whose it is, and paid once from the balance."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from konter.people.configure_member import set_limits
from konter.people.members import OwnLimits
from konter.people.permits import Role
from konter.people.register_member import register_member
from tests.pages.storefront import Visitor, customer, hidden, open_storefront
from tests.shop import Reply, Shop
from tests.sim_process import Sim

OWED = "530000000001"
SETTLED = "530000002007"
ANOTHERS = "530000000002"


@pytest.fixture
async def shop(conninfo: str, sim: Sim) -> AsyncIterator[Shop]:
    async with open_storefront(conninfo, sim) as shop:
        yield shop


async def test_a_double_click_checks_and_pays_once(shop: Shop) -> None:
    payer = await customer(shop, money=500_000)
    form = hidden(await payer.get("/tagihan/pln"), "") | {"customer_no": OWED}
    found = await asyncio.gather(*[payer.sends("/tagihan/pln/cek", form) for _ in range(2)])
    assert {one.status_code for one in found} == {303}
    there = found[0].headers["Location"]
    assert there == found[1].headers["Location"]
    bill = await payer.get(there)
    pay = _payment(bill)
    paid = await asyncio.gather(*[payer.sends("/tagihan/pln/bayar", pay) for _ in range(2)])
    assert {one.status_code for one in paid} == {303}, paid[0].text
    assert paid[0].headers["Location"] == paid[1].headers["Location"]
    again = (await payer.get(there)).text
    assert paid[0].headers["Location"] in again
    assert "sudah Anda bayar" in again

    came_back = await payer.sends("/tagihan/pln/cek", {**form, "customer_no": ANOTHERS})
    assert came_back.status_code == 303, "the same form with another number is another question"
    assert came_back.headers["Location"] != there

    stranger = await customer(shop, money=500_000)
    assert "Nama Pelanggan" not in (await stranger.get(there)).text
    theirs = await stranger.sends("/tagihan/pln/bayar", pay)
    assert theirs.status_code == 422
    assert "Nama Pelanggan" not in theirs.text


async def test_every_refusal_is_said_in_the_form(shop: Shop) -> None:
    payer = await customer(shop, money=1_000)
    settled = await _checked(payer, SETTLED)
    assert settled.status_code == 422
    assert "lunas" in settled.text
    assert SETTLED in settled.text
    short = await _checked(payer, "1")
    assert "Nomor pelanggan terdiri atas" in short.text
    dear = await payer.get((await _checked(payer, OWED)).headers["Location"])
    assert "belum cukup untuk tagihan ini" in dear.text
    poor = await payer.sends("/tagihan/pln/bayar", _payment(dear))
    assert "Saldo tidak mencukupi" in poor.text
    assert "Nama Pelanggan" in poor.text
    assert (await payer.sends("/tagihan/pln/bayar", {"ref_id": "x"})).status_code == 422
    async with shop.house.db.transaction() as tx:
        await tx.run("UPDATE catalogue.bill_products SET is_active = false WHERE code = 'pln'")
    closed = await payer.get("/tagihan/pln")
    assert "sedang ditutup penyedianya" in closed.text
    assert "Produk sedang tidak tersedia" in (await _checked(payer, ANOTHERS, form=dear)).text
    guest = await Visitor(shop).sends("/tagihan/pln/cek", {"customer_no": OWED})
    assert (guest.status_code, guest.headers["Location"]) == (303, "/masuk?back=%2F")


async def test_a_members_limits_hold_on_pages_too(shop: Shop) -> None:
    buyer = await shop.buyer(money=500_000, role=Role.RESELLER)
    email = f"pembeli{shop.people}@example.com"
    await register_member(shop.house.people, email=email, member_id="TOKO9")
    await set_limits(shop.house.people, "TOKO9", OwnLimits(products=frozenset({"pulsa"})))
    refused = await _checked(Visitor(shop, buyer.token), OWED)
    assert "tidak tersedia untuk member ini" in refused.text


async def _checked(payer: Visitor, number: str, form: Reply | None = None) -> Reply:
    page = form or await payer.get("/tagihan/pln")
    ref_id = re.findall(r'name="ref_id" value="(web-[0-9a-f]+)"', page.text)[-1]
    return await payer.sends("/tagihan/pln/cek", {"ref_id": ref_id, "customer_no": number})


def _payment(bill: Reply) -> dict[str, str]:
    found = re.search(r'<form action="/tagihan/pln/bayar".*?</form>', bill.text, re.S)
    assert found, bill.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))
