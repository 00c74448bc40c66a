"""A shop that is really served, and a real browser to visit it with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.pages.browser import Visitors, chromium, visitors
from tests.shop import Shop
from tests.story.conftest import shop, sim, stocked_template
from tests.web.paying import paying, till

__all__ = ["paying", "shop", "sim", "stocked_template", "till"]


IN_EVERY_RUN = ("test_walks", "test_every_page")
"""Files whose browser tests belong to the suite; what looks closer is played by ``make soak``,
because a page costs a browser more than a hundred of most tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures: tuple[str, ...] = getattr(item, "fixturenames", ())
        needs_browser = "chromium_address" in fixtures and "/pages/" in str(item.path)
        if needs_browser and not item.path.name.startswith(IN_EVERY_RUN):
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def chromium_address() -> Iterator[str]:
    with chromium() as address:
        yield address


@pytest.fixture
async def people(shop: Shop, chromium_address: str) -> AsyncIterator[Visitors]:
    """Visitors of the shop."""
    async with visitors(chromium_address, shop.client.url) as them:
        yield them
