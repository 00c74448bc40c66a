"""A paid bill on its order's page and its receipt: whose, for when, how much, under what number."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from konter.orders.bills import bill_by_ref
from konter.web.page.shown import periods
from tests.pages.storefront import Visitor
from tests.shop import Shop
from tests.sim_process import Sim
from tests.web.billing import new_payer, open_bill_shop

HOUSE = "530012340001"


@pytest_asyncio.fixture(scope="module")
async def bills(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_bill_shop(server_conninfo, template, sim_process) as shop:
        yield shop


async def test_a_bills_page_and_receipt_say_whose_and_for_when(bills: Shop) -> None:
    await bills.sim.owe("pln", HOUSE, 60_000, 40_000, name="BUDI SANTOSO")
    payer = await new_payer(bills)
    ref = "STRUK-1"
    paid = (await payer.both(ref, HOUSE)).json()
    async with bills.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE ref_id = %s", [ref])
    assert row is not None, paid
    await bills.until(row[0], "delivered")
    email = f"toko{bills.people}@example.com"
    login = {"email": email, "password": "rahasia-123"}
    token = (await bills.client.post("/api/auth/login", json=login)).json()["token"]
    teller = Visitor(bills, token)
    said = (await teller.get(f"/my/orders/{row[0]}")).text.replace("\u00a0", " ")
    for word in ("BUDI SANTOSO", HOUSE, "Periode", "Rp 100.000", "Tagihan sudah terbayar"):
        assert word in said, word
    paper = f"/my/orders/{row[0]}/struk"
    said = (await teller.get(f"{paper}?harga=105.000&kertas=a4")).text.replace("\u00a0", " ")
    for word in ("BUDI SANTOSO", HOUSE, "Rp 100.000", "Rp 5.000", "Rp 105.000", "referensi"):
        assert word in said, word
    async with bills.house.db.read() as tx:
        shown = await bill_by_ref(tx, payer.machine.id, ref)
    assert shown
    months = periods(shown.periods, "id")
    assert re.fullmatch(r"[A-Z][a-z]+ \d{4}(, [A-Z][a-z]+ \d{4})*", months), months
    checked = await teller.get(f"/tagihan/{shown.product_code}?ref={ref}")
    for page in (checked, await teller.get(f"/my/orders/{row[0]}"), await teller.get(paper)):
        assert months in re.sub(r"<[^>]*>", "", page.text), page.text
    cheap = await teller.get(f"{paper}?harga=99.000")
    assert cheap.status_code == 422
    assert "tidak boleh kurang dari tagihannya" in cheap.text
