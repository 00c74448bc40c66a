"""Somebody signed in, over plain HTTP: cheaper than a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.shop import Buyer, Reply, Shop

NUMBER = "087800001230"


@dataclass
class Visitor:
    """Sends forms as our own pages do, and keeps no cookies but the session."""

    shop: Shop
    token: str

    async def get(self, path: str, **facts: Any) -> Reply:
        return await self._ask("GET", path, **facts)

    async def post(self, path: str, **fields: str) -> Reply:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        return await self._ask("POST", path, headers=headers, data=urlencode(fields))

    async def _ask(self, method: str, path: str, **facts: Any) -> Reply:
        headers = {
            "Accept": "text/html",
            "Cookie": f"konter_session={self.token}",
            **facts.pop("headers", {}),
        }
        return await self.shop.client.ask(
            method, path, headers=headers, allow_redirects=False, **facts
        )


def visitor(shop: Shop, buyer: Buyer) -> Visitor:
    return Visitor(shop, buyer.token)


def hidden(text: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def went_to(reply: Reply) -> str:
    assert reply.status_code == 303, (reply.status_code, reply.text[:300])
    return reply.headers["Location"]
