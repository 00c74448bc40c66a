"""Digiflazz's official postpaid test numbers: each one a story, of all fifteen SKUs.

A running shop with a development key. A bill is checked and paid by the acts, the worker pays it,
and what is Pending ends by their webhook, which has it asked about.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio

from konter.orders.bill_store import BillState
from konter.orders.bills import BillView
from konter.orders.read import attempts_of
from konter.upstreams.biller_contract import BillProblem
from tests.shop import ACCOUNT, Shop
from tests.sim.pasca_vectors import table
from tests.sim_process import DEV_KEY, Sim
from tests.story.payers import MONEY, Payer, journal, new_payer, open_bill_shop

DENOM: Final = 22_500
"""What the documents' own example loads."""

TWO_SHEETS: Final = ("530000000002", "630000000002", "0110014602", "1110014602")

# SKU: amount, admin, commission, of one sheet; whole rupiah.
OWED: Final = {
    "pln": (8_500, 2_500, 1_000),
    "multifinance": (8_500, 5_000, 2_500),
    "emoney": (DENOM, 1_000, 200),
}
"""Of those whose amounts the documents' examples give, or that are known by what was asked."""

IDS: Final = itertools.count(1_000)
Row = tuple[str, str, str, str, str]


STORIES: Final = table()
SKUS: Final = sorted({row[0] for row in STORIES})


@pytest_asyncio.fixture(scope="module")
async def shop(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    settings = {"DIGIFLAZZ_API_KEY": DEV_KEY}
    async with open_bill_shop(server_conninfo, template, sim_process, **settings) as shop:
        yield shop


@pytest.mark.parametrize("sku", SKUS)
async def test_an_official_number_ends_as_the_table_says(shop: Shop, sku: str) -> None:
    async with asyncio.TaskGroup() as told:
        for row in STORIES:
            if row[0] == sku:
                told.create_task(_story(shop, await new_payer(shop.house, next(IDS)), row))
    await shop.assert_honest()


async def test_all_fifteen_products_have_their_numbers() -> None:
    assert len(SKUS) == 15
    assert len(STORIES) == 15 * 5 + len(TWO_SHEETS)


async def _story(shop: Shop, payer: Payer, row: Row) -> None:
    """What it owes is checked and paid, and ends; no rupiah is anywhere but where it belongs."""
    sku, number, inquiry, payment, later = row
    year = 2019 if sku == "cimahi" else None
    amount = DENOM if sku == "emoney" else None
    bill = await payer.checks(number, sku, number, amount=amount, year=year)
    (asked,) = await shop.sim.inquiries(number)
    if inquiry != "00":
        assert (bill.state, bill.problem) == (BillState.REFUSED, BillProblem.NOT_FOUND)
        assert await payer.balance() == MONEY
        assert await shop.sim.bills(number) == []
        return
    assert bill.is_found, bill
    _assert_named(bill, sku, number)
    assert bill.total == asked["selling_price"]
    paid = await payer.pays(bill)
    assert await payer.balance() == MONEY - asked["selling_price"]
    well = (later or payment) == "00"
    order = await shop.until(paid.order.id, "delivered" if well else "failed")
    (formed,) = await shop.sim.bills(number)
    assert (formed["formed_count"], formed["formed"]) == (1, well)
    assert formed["ref_id"] == asked["ref_id"]
    assert (formed["price"], formed["selling_price"]) == (asked["price"], asked["selling_price"])
    await _assert_booked(shop, payer, order.code, formed)
    async with shop.house.db.read() as tx:
        (attempt,) = await attempts_of(tx, order.id)
    assert attempt.reference == asked["ref_id"]
    assert attempt.state == ("delivered" if well else "rejected")
    told = await payer.looks_up(number)
    assert told is not None and told.order is not None
    assert (told.order.state, told.details) == (order.state, bill.details)


def _assert_named(bill: BillView, sku: str, number: str) -> None:
    """Whose it is, what it says whole, and what is to be paid, to the rupiah."""
    sheets = 2 if number in TWO_SHEETS else 1
    assert bill.customer_name == f"Nama Pelanggan {'Pertama' if sheets == 1 else 'Kedua'}"
    assert bill.details, "the upstream's own words on the product"
    assert bill.details.get("lembar_tagihan", sheets) in (sheets, str(sheets))
    assert bill.total == (bill.amount or 0) + (bill.admin_fee or 0)
    if number in TWO_SHEETS[:2]:
        assert (bill.amount, bill.admin_fee, bill.total) == (20_000, 5_000, 25_000)
    elif sku in OWED and sheets == 1:
        amount, admin, _ = OWED[sku]
        assert (bill.amount, bill.admin_fee) == (amount, admin)
    if sku == "pln":
        assert bill.periods == ("2019-01", "2019-02")[:sheets]


async def _assert_booked(shop: Shop, payer: Payer, code: str, formed: dict[str, Any]) -> None:
    """Every transfer about this order; a payment that failed has left its price where it was."""
    total, cost, wallet = formed["selling_price"], formed["price"], f"wallet:{payer.id}"
    entries = await journal(shop.house, code)
    assert ("hold", wallet, "escrow", total) in entries
    if formed["formed"]:
        assert await payer.balance() == MONEY - total
        assert ("capture", "escrow", "sales", total) in entries
        assert ("cost", "cost", f"provider:{ACCOUNT}", cost) in entries
        if formed["sku"] in OWED and formed["customer_no"] not in TWO_SHEETS:
            assert total - cost == OWED[formed["sku"]][2]
    else:
        assert await payer.balance() == MONEY
        assert ("release", "escrow", wallet, total) in entries
    assert len(entries) == (3 if formed["formed"] else 2)
