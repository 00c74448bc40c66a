"""``/admin/reconcile``: gateways' lists against our books, as the worker compared them last."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from litestar import Response, get, post

from konter.funding.reconciled import ask_reconciliation, asked_for, reconciliations
from konter.web.admin.deed import deed, today
from konter.web.admin.places import day_of
from konter.web.page.forms import fields_of
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

OLDEST: Final = timedelta(days=92)


@get("/admin/reconcile", include_in_schema=False, opt=STAFF)
async def get_reconcile(request: SiteRequest) -> Page:
    return await _list(request)


@post("/admin/reconcile", include_in_schema=False, opt=STAFF, status_code=200)
async def post_reconcile(request: SiteRequest) -> Response[str]:
    """One WIB day is compared soon, by the worker; asked for twice, it is compared once."""
    typed = await fields_of(request)
    say, last = visit(request).say, today(request)
    day = day_of(typed.get("day", ""))
    if day is None or not last - OLDEST <= day <= last:
        fault = say("Pilih hari ini atau hari sebelumnya, paling lama tiga bulan lalu")
        return await _list(request, typed=typed, faults={"day": [fault]}, status=422)
    told = deed(request, "reconcile.ask", f"day:{day}", day=day.isoformat())
    await ask_reconciliation(request.shop.orders.funding, day, by=request.user.email, deed=told)
    said = say("Pencocokan dijadwalkan. Hasilnya muncul di sini dalam satu menit.")
    return go(request, "/admin/reconcile", said=said)


async def _list(
    request: SiteRequest,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Page:
    last = today(request)
    async with request.desks.db.read() as tx:
        facts = {
            "typed": typed or {"day": (last - timedelta(days=1)).isoformat()},
            "faults": faults or {},
            "today": last.isoformat(),
            "gateways": list(request.shop.orders.funding.gateways),
            "asked": await asked_for(tx),
            "reports": await reconciliations(tx),
        }
    return page(request, "admin/reconcile.html", facts, status=status)
