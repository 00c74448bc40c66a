"""Where a gateway's page sends the buyer back to. These pages decide nothing and read nothing."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from litestar import get
from litestar.params import QueryParameter

from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

LONGEST_CODE: Final = 40

Code = Annotated[str, QueryParameter(name="code")]


@get("/bayar/selesai", include_in_schema=False, opt=ANYBODY)
async def get_returned(request: SiteRequest, code: Code = "") -> Page:
    """Back from the gateway's page, whatever was done there."""
    return _page(request, "returned", code)


@get("/bayar/batal", include_in_schema=False, opt=ANYBODY)
async def get_given_up(request: SiteRequest, code: Code = "") -> Page:
    """Back from the gateway's page without having paid, as it seems."""
    return _page(request, "given_up", code)


@get("/bayar/menunggu", include_in_schema=False, opt=ANYBODY)
async def get_waiting(request: SiteRequest, code: Code = "") -> Page:
    """There is no page of the gateway's to go to: no link yet, or a code to pay to."""
    return _page(request, "waiting", code)


ROUTES: Final = [get_returned, get_given_up, get_waiting]


def _page(request: SiteRequest, why: str, code: str) -> Page:
    """``/pesanan/{code}`` knows whose order it is, and where an account's own page is."""
    shown = code[:LONGEST_CODE]
    # Not what else the gateway wrote into the address: nothing of it is believed or repeated.
    address = request.scope["path"] + (f"?code={quote(shown)}" if shown else "")
    facts = {"why": why, "code": shown, "address": address}
    return page(request, "store/came_back.html", facts)
