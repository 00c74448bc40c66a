"""Staff at their desks: signed in by cookie, in a browser or by plain HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from konter.people.audit import KeptDeed, deeds
from konter.people.permits import Role
from tests.pages.browser import Tab
from tests.shop import Reply, Shop

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
FORM = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Clerk:
    """An operator or an admin."""

    shop: Shop
    token: str

    async def get(self, path: str, *, lang: str = "id") -> Reply:
        cookies = f"konter_session={self.token}; konter_lang={lang}"
        return await self.shop.client.get(path, headers={**HTML, "Cookie": cookies})

    async def post(self, path: str, **fields: Any) -> Reply:
        """As a form; a redirect is not followed."""
        headers = {**FORM, "Cookie": f"konter_session={self.token}"}
        return await self.shop.client.post(
            path, headers=headers, data=urlencode(fields), allow_redirects=False
        )

    async def sits_at(self, tab: Tab) -> None:
        await tab.page.context.add_cookies(
            [{"name": "konter_session", "value": self.token, "url": tab.url}]
        )


async def clerk(shop: Shop, role: Role = Role.ADMIN) -> Clerk:
    return Clerk(shop, (await shop.buyer(money=0, role=role)).token)


async def deeds_of(shop: Shop, act: str) -> list[KeptDeed]:
    """What the audit has of an act, the newest first."""
    async with shop.house.db.read() as tx:
        return await deeds(tx, act=act)


async def scrolls_sideways(tab: Tab) -> bool:
    wide: int = await tab.page.evaluate("document.documentElement.scrollWidth")
    seen: int = await tab.page.evaluate("document.documentElement.clientWidth")
    return wide > seen
