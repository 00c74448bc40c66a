"""A shop that pays bills, and a member's machine that has them paid, by both doors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from konter.catalogue.sync_bills import sync_bills
from tests.shop import ACCOUNT, Reply, Shop
from tests.sim_process import Sim
from tests.web.h2h import Machine, new_member, open_h2h_shop

DOCUMENT_ROW = {
    "product_name": "PLN Dokumen",
    "brand": "PLN",
    "seller_name": "PT. XYZ",
    "admin": 2_500,
    "commission": 1_000,
    "buyer_sku_code": "pln20",
    "desc": "-",
}
"""What the document's examples ask for."""

BILL, ADMIN = 100_000, 2_750
"""What every number owes that a test writes, under the SKU pln."""


@asynccontextmanager
async def open_bill_shop(
    server_conninfo: str, template: str, sim: Sim, **settings: str
) -> AsyncIterator[Shop]:
    async with open_h2h_shop(
        server_conninfo,
        template,
        sim,
        KONTER_H2H_DEFAULT_MEMBER="TOKO1",
        KONTER_BILL_RETRY_S="0.02",
        KONTER_BILL_BEFORE_MIDNIGHT_S="0",
        KONTER_CHECK_SPACING_S="0.5",
        **settings,
    ) as shop:
        await sim.bill_catalogue(rows=[*await sim.bill_products(), DOCUMENT_ROW])
        await sync_bills(shop.house.catalogue, account=ACCOUNT)
        yield shop


@dataclass
class Payer:
    """A member's machine. ``by_query``: it uses the door of Otomax."""

    machine: Machine
    by_query: bool = False

    async def check(self, ref_id: str, number: str, sku: str = "pln", **facts: Any) -> Reply:
        """Signed, unless ``sign`` says otherwise."""
        sign = self.machine.md5(ref_id, number, sku)
        return await self._ask("check", ref_id, number, sku, sign=sign, facts=facts)

    async def pay(
        self, ref_id: str, number: str, amount: int = BILL, sku: str = "pln", **facts: Any
    ) -> Reply:
        sign = self.machine.md5(ref_id, number, sku, str(amount))
        named = {"amount": amount, **facts}
        return await self._ask("pay", ref_id, number, sku, sign=sign, facts=named)

    async def looks_up(self, ref_id: str) -> Reply:
        return await self.machine.get(f"pascabayar/{ref_id}", ref_id)

    async def both(self, ref_id: str, number: str, **facts: Any) -> Reply:
        """Checked and paid, what it owes."""
        found = await self.check(ref_id, number)
        assert found.json()["rc"] == "00", found.text
        return await self.pay(ref_id, number, found.json()["amount"], **facts)

    async def _ask(
        self, act: str, ref_id: str, number: str, sku: str, *, sign: str, facts: dict[str, Any]
    ) -> Reply:
        headers = facts.pop("headers", {})
        body = {"ref_id": ref_id, "customer_no": number, "buyer_sku": sku}
        body |= {"username": self.machine.name, "sign": sign, **facts}
        return await asks(self.machine, act, body, by_query=self.by_query, headers=headers)


async def asks(
    machine: Machine,
    act: str,
    body: dict[str, Any],
    *,
    by_query: bool,
    headers: dict[str, str] | None = None,
) -> Reply:
    """These very facts, in the query or as JSON."""
    if by_query:
        path = f"/otomax/pascabayar/{act}?{urlencode(body)}"
        return await machine.ask("GET", path, headers=headers or {})
    own = {"Content-Type": "application/json", **(headers or {})}
    raw = json.dumps(body).encode()
    return await machine.ask("POST", f"/api/v1/pascabayar/{act}", data=raw, headers=own)


async def new_payer(
    shop: Shop, *, money: int = 1_000_000, by_query: bool = False, **limits: Any
) -> Payer:
    return Payer(await new_member(shop, money=money, **limits), by_query)
