"""``/admin/users``: everybody, found by whatever is known of them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from litestar import get

from konter.funding.adjustments import waiting_adjustments
from konter.people.find_users import find_users
from konter.people.permits import Role
from konter.web.admin.acting import number_of, query_of
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

PER_PAGE: Final = 50


@get("/admin/users", include_in_schema=False, opt=STAFF)
async def get_users(request: SiteRequest) -> Page:
    """The newest first; ``q`` a part of a name or address, a number or a member id."""
    asked = query_of(request)
    text, said_role = asked.get("q", ""), asked.get("role", "")
    role = Role(said_role) if said_role in set(Role) else None
    before = number_of(asked.get("before"))
    async with request.desks.db.read() as tx:
        found = await find_users(tx, text, role=role, before=before, most=PER_PAGE + 1)
        waiting = await waiting_adjustments(tx)
    older = ""
    if len(found) > PER_PAGE:
        older = urlencode({"q": text, "role": role or "", "before": found[PER_PAGE - 1].id})
    facts = {
        "users": found[:PER_PAGE],
        "text": text,
        "role": role or "",
        "older": older,
        "waiting": waiting,
    }
    return page(request, "admin/users.html", facts)
