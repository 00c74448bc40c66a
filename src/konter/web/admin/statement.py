"""``/admin/users/{id}/statement``: every line of a user's wallet."""

from __future__ import annotations

from typing import Final

from litestar import get

from konter.ledger.read import statement
from konter.people.find_users import user_card
from konter.web.admin.acting import number_of, query_of
from konter.web.api.wallet import DESCRIPTIONS
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest

LINES: Final = 50


@get("/admin/users/{user_id:int}/statement", include_in_schema=False, opt=STAFF)
async def get_statement(request: SiteRequest, user_id: RowId) -> Page:
    """Every line of the wallet, the newest first. Raises NoSuchUser."""
    number = max(1, number_of(query_of(request).get("page")) or 1)
    async with request.desks.db.snapshot() as tx:
        card = await user_card(tx, user_id, now=request.desks.people.clock.now())
        lines, total = await statement(tx, user_id, page=number, per_page=LINES)
    facts = {
        "user": card,
        "lines": lines,
        "number": number,
        "more": number * LINES < total,
        "words": DESCRIPTIONS,
    }
    return page(request, "admin/statement.html", facts)
