"""The shop: what is on the shelves, found by a number or a word, and bought as it was shown."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from konter.people.permits import Role
from tests.pages.browser import Visitors
from tests.shop import Reply, Shop

MOST_BYTES: Final = 50_000
FORM: Final = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
HTML: Final = {"Accept": "text/html"}


async def weight(shop: Shop, path: str) -> int:
    """Bytes of a page with its style sheets and scripts, as they travel."""
    answer = await shop.client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    parts = [answer.text, *[(await shop.client.get(file)).text for file in dict.fromkeys(files)]]
    return sum(len(part.encode()) for part in parts)


async def test_look(people: Visitors, shop: Shop) -> None:
    for path in ("/", "/beli/pulsa", "/beli/pulsa/xl", "/beli/games/mobile-legends", "/cari?q=telkom", "/beli/pln/pln", "/tagihan"):
        print(path, await weight(shop, path))
    for size in ("360", "1280"):
        async with people.tab(size=size) as tab:
            await tab.open("/")
            await tab.shot(f"store-home-{size}")
            await tab.open("/beli/pulsa/xl")
            await tab.shot(f"store-brand-{size}")
            await tab.page.fill("#f-target_id", "0878 0000 1230")
            await tab.page.click(".deal >> nth=1")
            await tab.page.wait_for_timeout(800)
            await tab.shot(f"store-brand-{size}-chosen")
            await tab.open("/beli/games/mobile-legends")
            await tab.shot(f"store-game-{size}")
            await tab.open("/cari?q=telkom")
            await tab.shot(f"store-search-{size}")
