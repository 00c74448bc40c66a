"""``/admin/proposals``: SKUs that look like products of ours, for a person to accept one by one."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Struct

from konter.catalogue.mappings import map_offer
from konter.catalogue.propose import Proposal, propose
from konter.kernel.errors import KonterError, Refused, Unavailable
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

MOST = 100
"""So many at once; the next ones follow as these are accepted."""


class AcceptForm(Struct):
    account: str
    sku: str
    product: str


@get("/admin/proposals", include_in_schema=False, opt=STAFF)
async def get_proposals(
    request: SiteRequest, account: Annotated[str, QueryParameter()] = ""
) -> Page:
    """From the account's last list; nothing is asked of a supplier, nothing is written."""
    return await _shown(request, account)


@post("/admin/proposals", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_proposal(request: SiteRequest) -> Response[str]:
    """Accept one. A repeat changes nothing."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, AcceptForm)
        told = deed(
            request, "offer.map", f"product:{said.product}", account=said.account, sku=said.sku
        )
        await map_offer(
            catalogue_of(request),
            said.account,
            said.sku,
            said.product,
            by=request.user.email,
            deed=told,
        )
    except (Refused, Unavailable) as error:
        return await _shown(request, typed.get("account", ""), error)
    said_of = visit(request).say("Penawaran %(sku)s dipasang pada produk %(product)s")
    news = said_of % {"sku": said.sku, "product": said.product}
    return go(request, f"/admin/proposals?account={said.account}", said=news)


async def _shown(request: SiteRequest, account: str, error: KonterError | None = None) -> Page:
    desk = catalogue_of(request)
    accounts = [code for code in desk.providers if not desk.makes_products(code)]
    chosen = account if account in accounts else next(iter(accounts), "")
    found: list[Proposal] = []
    problem = error
    if chosen:
        try:
            found = await propose(desk, chosen)
        except KonterError as unread:
            problem = problem or unread
    facts = {
        "accounts": accounts,
        "account": chosen,
        "proposals": found[:MOST],
        "total": len(found),
        "trouble_said": problem.text if problem else "",
    }
    return page(request, "admin/proposals.html", facts, status=error.status if error else 200)


ROUTES = [get_proposals, post_proposal]
