"""The running site with the doors for bills, whose every answer is held to OpenAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.shop import Reply, Shop
from tests.sim_process import Sim
from tests.web.billing import BILL, Payer, new_payer, open_bill_shop
from tests.web.h2h import Machine
from tests.web.schema import held_to_its_word

ASKED = {"ref_id": "TXN123456789", "customer_no": "12345678901", "buyer_sku": "pln20"}
DOORS = pytest.mark.parametrize("by_query", [False, True], ids=["json", "otomax"])
HOUSE = "530012340000"


@pytest_asyncio.fixture(scope="module")
async def shop(server_conninfo: str, template: str, sim_process: Sim) -> AsyncIterator[Shop]:
    async with open_bill_shop(server_conninfo, template, sim_process) as shop:
        shop.client = await held_to_its_word(shop.client)
        yield shop
        await shop.assert_honest()


@pytest_asyncio.fixture(scope="module")
async def document(shop: Shop) -> Machine:
    """Whom the document's examples come from: they name nobody."""
    default = (await new_payer(shop)).machine
    assert default.name == "TOKO1"
    await shop.sim.owe("pln20", ASKED["customer_no"], 50_000, name="John Doe")
    return default


@pytest_asyncio.fixture(scope="module")
async def payer(shop: Shop, document: Machine) -> Payer:
    """One member for what leaves no trace on it."""
    return await new_payer(shop)


_houses = iter(range(10_000))


async def house_of(shop: Shop, suffix: str = "") -> str:
    """A number of PLN that owes BILL for one month; ``suffix`` plays its trick."""
    number = f"53{next(_houses):06d}{suffix or '0000'}"
    await shop.sim.owe("pln", number, BILL)
    return number


def said(answer: Reply) -> tuple[int, str, str]:
    body = answer.json()
    assert body["message"]
    return answer.status_code, body["status"], body["rc"]


def envelope(answer: Reply) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"code", "message", "details"}
    assert body["message"]
    assert isinstance(body["details"], str)
    return answer.status_code, body["code"]
