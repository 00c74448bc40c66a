"""A shop whose buyers pay by both gateways, and pay bills; forms as a browser sends them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from playwright.async_api import Page

from konter.catalogue.sync_bills import sync_bills
from konter.people.permits import Role
from tests.pages.browser import Visitors
from tests.shop import ACCOUNT, Reply, Shop, open_paying_shop
from tests.sim_process import Sim

NUMBER: Final = "087800001230"
"""XL's, and it succeeds there."""

OWN_FORM: Final = {
    "Sec-Fetch-Site": "same-origin",
    "Accept": "text/html",
    "Content-Type": "application/x-www-form-urlencoded",
}


@asynccontextmanager
async def open_storefront(conninfo: str, sim: Sim, **settings: str) -> AsyncIterator[Shop]:
    async with open_paying_shop(
        conninfo,
        sim,
        observer=None,
        with_worker=True,
        KONTER_BILL_RETRY_S="0.02",
        KONTER_BILL_BEFORE_MIDNIGHT_S="0",
        **settings,
    ) as shop:
        await sync_bills(shop.house.catalogue, account=ACCOUNT)
        yield shop


@dataclass
class Visitor:
    """Somebody's browser without its window. ``token``: of a session, empty for a guest."""

    shop: Shop
    token: str = ""
    lang: str = "id"

    async def get(self, path: str) -> Reply:
        return await self.shop.client.get(
            path, headers={**self._cookie, "Accept": "text/html"}, allow_redirects=False
        )

    async def sends(self, path: str, form: dict[str, str]) -> Reply:
        body = "&".join(f"{name}={quote(value)}" for name, value in form.items())
        return await self.shop.client.post(
            path, headers={**self._cookie, **OWN_FORM}, data=body, allow_redirects=False
        )

    @property
    def _cookie(self) -> dict[str, str]:
        return {"Cookie": f"konter_session={self.token}; konter_lang={self.lang}"}


async def customer(shop: Shop, *, money: int = 0, role: Role = Role.RETAIL) -> Visitor:
    """Somebody who has signed in."""
    return Visitor(shop, (await shop.buyer(money=money, role=role)).token)


async def signed_in(people: Visitors, visitor: Visitor, page: Page) -> None:
    """The same person in a real browser."""
    session = {"name": "konter_session", "value": visitor.token, "url": people.url}
    await page.context.add_cookies([session])  # type: ignore[list-item]


def hidden(page: Reply, form: str = "pay") -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.search(rf'<form class="{form}".*?</form>', page.text, re.S) if form else None
    text = found[0] if found else page.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))


def way(page: Reply, name: str = "") -> str:
    """What the radio of a way to pay sends; without a name that of the first channel."""
    named = re.escape(name) if name else r"\w+:[^\"]+"
    found = re.search(rf'name="pay"[^>]* value="(\d+ {named})"', page.text)
    assert found, page.text
    return found[1]


async def orders_of_guests(shop: Shop) -> int:
    async with shop.house.db.read() as tx:
        row = await tx.row("SELECT count(*) FROM orders.orders WHERE user_id = 0")
    assert row
    return int(row[0])
