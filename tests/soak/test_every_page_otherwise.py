"""Every page as in ``tests/pages/test_every_page.py``, in the dark on a telephone and on a desk."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from tests.pages.browser import visitors
from tests.pages.buying import hurdles
from tests.pages.conftest import chromium_address, paying, till
from tests.pages.office import scrolls_sideways
from tests.pages.test_every_page import _address, _is, _pages
from tests.pages.town import founded
from tests.shop import Shop

__all__ = ["chromium_address", "paying", "till"]

pytestmark = pytest.mark.soak

Scheme = Literal["dark", "light"]
OTHERWISE: Final[list[tuple[str, Scheme]]] = [("360", "dark"), ("1280", "light")]


@pytest.mark.parametrize(("size", "scheme"), OTHERWISE)
async def test_no_page_hinders_anybody_in_the_dark_or_on_a_desk(
    paying: Shop, chromium_address: str, size: str, scheme: Scheme
) -> None:
    town = await founded(paying)
    found: dict[str, object] = {}
    async with visitors(chromium_address, paying.client.url) as people:
        for who in ("nobody", "anna", "admin"):
            pages = _pages(who)
            assert len(pages) > 10
            async with people.tab(size=size) as tab:
                await tab.page.emulate_media(color_scheme=scheme)
                assert await tab.page.evaluate(
                    f"matchMedia('(prefers-color-scheme: {scheme})').matches"
                )
                await _is(tab, town, who)
                for page in pages:
                    await tab.open(_address(town, page, who))
                    wrong = [*await hurdles(tab), *tab.complaints]
                    if await scrolls_sideways(tab):
                        wrong.append("scrolls sideways")
                    if wrong:
                        found[f"{who} {page.path}"] = wrong
    assert found == {}
