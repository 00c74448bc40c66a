"""Orders to look at on their pages: a guest's and an account's."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, LiteralString

import psycopg

from tests.pages.browser import Tab
from tests.shop import Buyer, Shop
from tests.web.paying import NUMBER, PHONE, QRIS, plain

SITI = {"name": "Siti", "email": "siti@contoh.id", "phone": PHONE}
REFUSED = "087800001232"
"""The upstream refuses this number at once."""
FOR_EVER = "087800006001"
"""Of this one the upstream never says more than that it is pending."""
FORM = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}

LOOK = "axe.run({resultTypes: ['violations'], preload: false}).then(result => result.violations)"

_homes = (f"203.0.113.{n}" for n in itertools.count(1))


@dataclass(frozen=True)
class Ordered:
    """One order and where its page is."""

    id: int
    code: str
    token: str
    payment: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/pesanan/{self.code}?token={self.token}"

    def at(self, act: str) -> str:
        return f"/pesanan/{self.code}/{act}?token={self.token}"


async def guest_orders(shop: Shop, product: str = "xld10", **facts: Any) -> Ordered:
    """Through the API, each guest from an address of their own."""
    body = {
        "product_id": await shop.product(product),
        "target_id": NUMBER,
        "payment_method": QRIS,
        "address": "Jl. Melati 5",
        "city": "Bandung",
        **SITI,
        **facts,
    }
    headers = {"X-Forwarded-For": next(_homes)}
    answer = await shop.client.post("/api/guest/orders", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT id FROM orders.orders WHERE code = %s", [said["code"]])
    assert row is not None
    return Ordered(int(row[0]), said["code"], said["token"], said["payment"])


def session_of(buyer: Buyer) -> dict[str, str]:
    """What a browser of theirs sends along."""
    return {**FORM, "Cookie": f"konter_session={buyer.token}"}


async def nobody_follows(shop: Shop) -> bool:
    """Whether no page holds a stream, nor waits for news."""
    counted = (await plain(shop).get("/metrics")).text
    return "konter_live_pages 0.0" in counted and shop.house.newsroom.count == 0


async def as_owner(shop: Shop, statement: LiteralString, order_id: int) -> None:
    """What the program itself may not do: write history anew."""
    address = shop.house.settings.database_url
    assert address is not None
    async with await psycopg.AsyncConnection.connect(address.reveal()) as connection:
        await connection.execute(statement, {"id": order_id})


REPEATS: Final = "tbody tr:nth-child(n + 7), main li:nth-child(n + 9)"
"""A list's later rows look like its first ones, and the contrast of each costs milliseconds."""

SHORTEN: Final = "rows => document.querySelectorAll(rows).forEach(row => row.remove())"


async def hurdles(tab: Tab, *, shortened: bool = False) -> list[str]:
    """What axe-core finds serious on the page as it is, or in the beginnings of its lists."""
    if not await tab.page.evaluate("'axe' in window"):
        source = files("axe_playwright_python").joinpath("axe.min.js").read_text()
        await tab.page.evaluate(source)
        await tab.page.add_init_script(source)
    if shortened:
        await tab.page.evaluate(SHORTEN, REPEATS)
    found = await tab.page.evaluate(LOOK)
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in grave]
