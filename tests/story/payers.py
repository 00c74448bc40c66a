"""A running shop that pays bills, and those who have them paid, by the acts themselves.

A payer is a wallet and a member of its own, so what one story does is that wallet's alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from konter.app import House
from konter.catalogue.sync_bills import sync_bills
from konter.funding.adjust import adjust
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.ledger.wallets import open_wallet
from konter.orders.bill_asks import BillAsk, BillPayment
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.check_bill import check_bill
from konter.orders.pay_bill import PaidBill, pay_bill
from tests.landlord import lent
from tests.orders.bill_counter import member
from tests.shop import ACCOUNT, GAP_S, WEBHOOK_SECRET, Shop, open_shop
from tests.sim_process import Sim

MONEY = 1_000_000

JOURNAL = """
SELECT kind, debit, credit, amount FROM ledger.transfers WHERE reference = %(code)s
ORDER BY recorded_at, kind
"""


@asynccontextmanager
async def open_bill_shop(
    server_conninfo: str, template: str, sim: Sim, **settings: str
) -> AsyncIterator[Shop]:
    """A fresh shop that knows what bills its upstream pays, its worker running."""
    await sim.reset(
        webhook_secret=WEBHOOK_SECRET,
        webhook_delay_ms=40,
        webhook_create_delay_ms=5,
        repost_gap_s=GAP_S,
        price_list_gap_s=0,
        silence_seconds=0.1,
    )
    told = {
        "KONTER_BILL_RETRY_S": "0",
        "KONTER_BILL_BEFORE_MIDNIGHT_S": "0",
        "KONTER_CHECK_SPACING_S": "0.5",
        "KONTER_UPSTREAM_TIMEOUT_S": "5",
        **settings,
    }
    with lent(server_conninfo, template) as conninfo:
        async with open_shop(conninfo, sim, observer=None, with_worker=True, **told) as shop:
            await sync_bills(shop.house.catalogue, account=ACCOUNT)
            yield shop


@dataclass(frozen=True)
class Payer:
    """Somebody with a wallet; ``number`` is also what tells one story's bills from another's."""

    house: House
    id: int

    async def checks(self, ref_id: str, sku: str, number: str, **facts: Any) -> BillView:
        ask = BillAsk(member(self.id), sku, number, ref_id, **facts)
        return await check_bill(self.house.orders, ask)

    async def finds(self, ref_id: str, sku: str, number: str, **facts: Any) -> BillView:
        found = await self.checks(ref_id, sku, number, **facts)
        assert found.is_found, found
        return found

    async def pays(self, bill: BillView, *, amount: int | None = None) -> PaidBill:
        """What it owes, unless another amount is named."""
        owed = bill.amount or 0 if amount is None else amount
        who, code = member(self.id), bill.product_code
        payment = BillPayment(who, code, bill.customer_no, bill.ref_id, owed)
        return await pay_bill(self.house.orders, payment)

    async def balance(self) -> int:
        async with self.house.db.read() as tx:
            return (await balance(tx, self.id)).amount

    async def looks_up(self, ref_id: str) -> BillView | None:
        async with self.house.db.read() as tx:
            return await bill_by_ref(tx, self.id, ref_id)


async def new_payer(house: House, user_id: int, *, money: int = MONEY) -> Payer:
    async with house.db.transaction() as tx:
        await open_wallet(tx, user_id=user_id, at=house.clock.now())
    if money:
        given: dict[str, Any] = {"reason": "modal awal", "actor": "test"}
        await adjust(house.funding, user_id=user_id, amount=Rupiah(money), **given)
    return Payer(house, user_id)


async def journal(house: House, code: str) -> list[tuple[str, str, str, int]]:
    """Every transfer about an order: kind, debit, credit, whole rupiah."""
    async with house.db.read() as tx:
        rows = await tx.rows(JOURNAL, {"code": code})
    return [(row[0], row[1], row[2], row[3]) for row in rows]
