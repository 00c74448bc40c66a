"""``/admin/payments``: what gateways say was paid."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from litestar import get

from konter.funding.find_payments import find_payments, unsettled_payments
from konter.funding.states import PaymentState
from konter.web.admin.acting import funding, number_of, query_of
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

PER_PAGE: Final = 50


@get("/admin/payments", include_in_schema=False, opt=STAFF)
async def get_payments(request: SiteRequest) -> Page:
    """The newest first; ``q`` a whole code, reference or id."""
    asked = query_of(request)
    text, gateway, said_state = asked.get("q", ""), asked.get("gateway", ""), asked.get("state", "")
    state = PaymentState(said_state) if said_state in set(PaymentState) else None
    before = number_of(asked.get("before"))
    async with request.desks.db.read() as tx:
        found = await find_payments(
            tx, text, state=state, gateway=gateway, before=before, most=PER_PAGE + 1
        )
        unsettled = await unsettled_payments(tx)
    older = ""
    if len(found) > PER_PAGE:
        last = found[PER_PAGE - 1].id
        older = urlencode({"q": text, "gateway": gateway, "state": state or "", "before": last})
    facts = {
        "payments": found[:PER_PAGE],
        "text": text,
        "gateway": gateway,
        "state": state or "",
        "gateways": sorted(funding(request).gateways),
        "unsettled": unsettled,
        "older": older,
    }
    return page(request, "admin/payments.html", facts)
