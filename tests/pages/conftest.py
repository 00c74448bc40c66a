"""A shop that is really served, and a real browser to visit it with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.pages.browser import Visitors, chromium, visitors
from tests.shop import Shop
from tests.story.conftest import shop, sim
from tests.web.paying import paying, till

__all__ = ["paying", "shop", "sim", "till"]


@pytest.fixture(scope="session")
def chromium_address() -> Iterator[str]:
    with chromium() as address:
        yield address


@pytest.fixture
async def people(shop: Shop, chromium_address: str) -> AsyncIterator[Visitors]:
    """Visitors of the shop."""
    async with visitors(chromium_address, shop.client.url) as them:
        yield them
