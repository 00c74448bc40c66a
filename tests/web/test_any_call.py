"""No call makes an error of ours, and no answer breaks what our document says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from konter.catalogue.sync_bills import sync_bills
from konter.people.configure_member import set_nosign
from konter.people.keys import issue_key
from konter.people.members import Part
from tests.shop import ACCOUNT, Shop, open_paying_shop
from tests.sim_process import Sim
from tests.web.any_call import Caller, Effort, Facts, call_everything, described, served
from tests.web.h2h import Machine, new_member
from tests.web.paying import IPAYMU_PAGE, NUMBER, PHONE, QRIS

SHORT: Final = Effort(examples=3)

LOGOUT: Final = "POST /api/auth/logout"
"""Only nobody calls it: after it, everybody is nobody."""

OTOMAX_NUMBER: Final = "087800001231"
OTOMAX_REFS: Final = ["M1", "M2", "M3"]
"""Of its own: one number gets one product once a day."""

PAID: Final = "530000770001"
OWED: Final = 100_000
BILL: Final[dict[str, list[str | int]]] = {
    "ref_id": ["P1", "P2"],
    "customer_no": [PAID],
    "buyer_sku": ["pln"],
    "amount": [OWED],
}
METER: Final = "12345678901"

MANY: Final = "1000000"

SITI: Final[Mapping[str, str | int]] = {
    "name": "Siti",
    "email": "siti@contoh.id",
    "phone": PHONE,
    "payment_method": QRIS,
    "qty": 1,
}


@pytest.mark.soak  # half a minute of one core; the suite has test_answers_match_openapi
@pytest.mark.timeout(180)
async def test_no_call_whatever_breaks_our_word(conninfo: str, sim: Sim, tmp_path: Path) -> None:
    """The shop's own operations called by nobody, each other one by whom it is for."""
    async with open_door(conninfo, sim) as door:
        operations = await described(door.shop.client)
        calls = {name: door.whom(name, proofs) for name, proofs in operations.items()}
        seen = await door.called(tmp_path, calls, SHORT)
        machine = door.machine
        paid = await sim.bills(PAID)
        told = [await machine.trx("xld10", OTOMAX_NUMBER, r, check="1") for r in OTOMAX_REFS]
    assert {name for name, _ in seen} >= set(operations)
    for bought in ("transactions", "deposits", "guest/orders", "v1/orders"):
        assert seen[f"POST /api/{bought}", 201], f"{bought}: nothing but refusals"
    assert PAID in [row["customer_no"] for row in paid], "no bill was paid"
    assert any(" T#" in line for line in told), told


@dataclass(frozen=True)
class Door:
    """A shop with everything that is called here, and who calls."""

    shop: Shop
    nobody: Caller
    buyer: Caller
    member: Caller
    machine: Machine

    def whom(self, operation: str, proofs: set[str]) -> Caller:
        """For whom an operation is."""
        if "member_key" in proofs or "/otomax/" in operation:
            return self.member
        return self.nobody if "" in proofs or operation == LOGOUT else self.buyer

    async def called(
        self, where: Path, calls: Mapping[str, Caller], effort: Effort
    ) -> Counter[tuple[str, int]]:
        """What was answered how often, by operation and status. Nothing is wrong with any answer,
        nor afterwards with the books."""
        before = await served(self.shop.client)
        said = await call_everything(self.shop.client, where, calls, effort)
        assert not said, said
        assert await self.shop.breaches() == []
        return await served(self.shop.client) - before


@asynccontextmanager
async def open_door(conninfo: str, sim: Sim) -> AsyncIterator[Door]:
    """A shop that limits nothing but passwords: each of them costs a tenth of a second."""
    async with open_paying_shop(
        conninfo,
        sim,
        KONTER_H2H_BAD_SIGNS=MANY,
        KONTER_H2H_REQUESTS_PER_MINUTE=MANY,
        KONTER_BILL_BEFORE_MIDNIGHT_S="0",
        KONTER_BILL_CHECKS_PER_NUMBER=MANY,
        KONTER_BILL_CHECKS_PER_MEMBER=MANY,
        KONTER_METERS_PER_MINUTE="10000",
        KONTER_METERS_PER_ASKER="10000",
        KONTER_GUEST_LIMIT_REMOTE=MANY,
        KONTER_LOGIN_LIMIT_REMOTE="6",
        KONTER_REGISTER_LIMIT_REMOTE="3",
        KONTER_PAYMENT_FIRST_ASK_S="600",
    ) as shop:
        machine = await new_member(shop, money=10_000_000)
        await sync_bills(shop.house.catalogue, account=ACCOUNT)
        await sim.owe("pln", PAID, OWED)
        member = await a_member(machine)
        yield Door(shop, await nobody(shop), await a_buyer(shop), member, machine)


async def nobody(shop: Shop) -> Caller:
    """Who has ordered once as a guest."""
    product = await shop.product("xld10")
    wish: dict[str, str | int] = {"product_id": product, "target_id": NUMBER, **SITI}
    said = (await shop.client.post("/api/guest/orders", json=wish)).json()
    code, token = [said["code"]], [said["token"]]
    return Caller(
        known={
            "/api/products/": {"path.product_id": [product]},
            "/api/categories/": {"path.category_id": [1, 2]},
            "/api/guest/orders": {
                **{f"body.{name}": [fact] for name, fact in wish.items()},
                "body.payment_method": QRIS,  # always: it may be left out, and is then refused
            },
            "/api/guest/orders/find": {"body.code": code, "body.contact": [PHONE]},
            "/api/guest/orders/{": {"path.code": code, "query.token": token, "body.token": token},
        }
    )


async def a_buyer(shop: Shop) -> Caller:
    """Who has bought, ordered something to be paid for, and a deposit."""
    buyer = await shop.buyer(money=10_000_000)
    way = {"payment_method": QRIS, "customer_phone": PHONE}
    bought = await buyer.buys_async("xld10", NUMBER)
    to_pay = await buyer.buys_async("xld10", NUMBER, **way)
    deposit = await buyer.post("/api/deposits", {"amount": 50_000, **way})
    often: Facts = {"body.customer_phone": [PHONE], "body.ref_id": ["B1", "B2"]}
    return Caller(
        buyer.token,
        known={
            "/api/deposits": {
                **often,
                "body.amount": [50_000],
                "body.payment_method": [QRIS, IPAYMU_PAGE],
            },
            "/api/deposits/{": {"path.code": [deposit.json()["deposit"]["code"]]},
            "/api/transactions": {
                **often,
                "body.product_id": [await shop.product("xld10")],
                "body.target_id": [NUMBER],
                "body.qty": [1],
                "body.payment_method": ["balance", QRIS],
            },
            "/api/transactions/{": {"path.transaction_id": [bought, to_pay]},
        },
    )


async def a_member(machine: Machine) -> Caller:
    """By its key at the JSON door, by pin and password at Otomax's."""
    people, own = machine.shop.house.people, machine.made.secrets
    await set_nosign(people, machine.name, True)
    proof = {
        "query.memberID": machine.name,
        "query.pin": own[Part.PIN],
        "query.password": own[Part.PASSWORD],
        "query.sign": "",
    }
    return Caller(
        (await issue_key(people, machine.name, "server")).key,
        known={
            "/api/v1/orders": {
                "body.buyer_sku": ["xld10"],
                "body.customer_no": [NUMBER],
                "body.ref_id": ["A1", "A2", "A3"],
                "body.qty": [1],
            },
            "/api/v1/orders/{": {"path.ref_id": ["A1", "A2", "A3"]},
            "/api/v1/pascabayar/": {f"body.{name}": fact for name, fact in BILL.items()},
            "/api/v1/pascabayar/{": {"path.ref_id": BILL["ref_id"]},
            "/api/v1/pln/": {"path.customer_no": [METER]},
            "/otomax/pascabayar/": {f"query.{name}": fact for name, fact in BILL.items()},
            "/otomax/": proof,
            "/otomax/trx": {
                "query.product": ["xld10"],
                "query.dest": [OTOMAX_NUMBER],
                "query.refID": OTOMAX_REFS,
            },
            "/otomax/ticket": {"query.amount": ["50000"]},
        },
    )
