"""Every page of the site, as whoever it is for: nothing hinders anybody, the console says nothing.

axe-core looks at each; the console tells of whatever the content security policy stopped.
"""

from __future__ import annotations

from typing import Final

import pytest

from konter.people.permits import Role
from tests.pages.browser import Tab, visitors
from tests.pages.buying import hurdles
from tests.pages.office import scrolls_sideways
from tests.pages.town import Town, founded
from tests.shop import Shop
from tools.permissions import Entry, entries

NO_PAGES: Final = ("/api/", "/otomax/", "/static/", "/bahasa/", "/healthz", "/readyz", "/metrics")
OTHER_KINDS: Final = ("/peristiwa", ".csv", "qr.png", "/bagian", "/reports/{kind}")
UNPAID: Final = "/pesanan/{code}/struk"
"""There is no receipt yet; an account's is looked at."""
MISSING: Final = ("adjustment_id", "payment_id", "refund_id", "task_id")
"""Nothing of these is there: their pages are the one of 404."""


@pytest.mark.timeout(150)
@pytest.mark.parametrize("who", ["nobody", "anna", "admin"])
async def test_no_page_hinders_anybody(paying: Shop, chromium_address: str, who: str) -> None:
    town = await founded(paying)
    pages = _pages(who)
    assert len(pages) > 10
    async with visitors(chromium_address, paying.client.url) as people, people.tab() as tab:
        await _is(tab, town, who)
        for page in pages:
            await tab.open(_address(town, page, who))
            assert not await scrolls_sideways(tab), page.path
            assert await hurdles(tab, shortened=True) == [], page.path
            assert tab.complaints == [], page.path


def _pages(who: str) -> list[Entry]:
    return [
        one
        for one in entries()
        if one.method == "GET"
        and _visitor(one) == who
        and not one.path.startswith(NO_PAGES)
        and not one.path.endswith(OTHER_KINDS)
        and one.path != UNPAID
        and not any(f"{{{name}}}" in one.path for name in MISSING)
        and "callback" not in one.path.rpartition("/")[0]
    ]


def _visitor(entry: Entry) -> str:
    who = entry.who
    if who.roles is None:
        return "nobody"
    return "anna" if Role.RESELLER in who.roles else "admin"


def _address(town: Town, entry: Entry, who: str) -> str:
    path = town.fill(entry.path)
    return f"{path}?token={town.token}" if entry.who.owns and who == "nobody" else path


async def _is(tab: Tab, town: Town, who: str) -> None:
    if token := town.tokens.get(who):
        await tab.page.context.add_cookies(
            [{"name": "konter_session", "value": token, "url": tab.url}]
        )
