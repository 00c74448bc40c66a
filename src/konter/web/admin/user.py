"""``/admin/users/{id}``: one user, and every form by which staff change what they may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from litestar import Response, get

from konter.db.pool import Tx
from konter.funding.adjustments import adjustments
from konter.funding.ask_adjustment import left_alone
from konter.kernel.errors import Refused
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.read import statement
from konter.people.find_users import user_card
from konter.people.members import Member, find_members
from konter.people.permits import Role
from konter.web.admin.acting import Trouble, funding, new_ref, number_of, query_of
from konter.web.api.wallet import DESCRIPTIONS
from konter.web.page.forms import fields_of
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

LINES: Final = 50
UNTROUBLED: Final = Trouble()

Act = Callable[[dict[str, str]], Awaitable[str]]
"""Takes what was typed; answers what the page says then."""


@get("/admin/users/{user_id:int}", include_in_schema=False, opt=STAFF)
async def get_user(request: SiteRequest, user_id: RowId) -> Page:
    """Raises NoSuchUser."""
    return await show_user(request, user_id)


@get("/admin/users/{user_id:int}/statement", include_in_schema=False, opt=STAFF)
async def get_statement(request: SiteRequest, user_id: RowId) -> Page:
    """Every line of the wallet, the newest first. Raises NoSuchUser."""
    number = max(1, number_of(query_of(request).get("page")) or 1)
    async with request.desks.db.snapshot() as tx:
        card = await user_card(tx, user_id, now=_now(request))
        lines, total = await statement(tx, user_id, page=number, per_page=LINES)
    facts = {
        "user": card,
        "lines": lines,
        "number": number,
        "more": number * LINES < total,
        "words": DESCRIPTIONS,
    }
    return page(request, "admin/statement.html", facts)


async def act_on_user(request: SiteRequest, user_id: int, form: str, act: Act) -> Response[str]:
    """Back to the user's page with what was done, or the same page with what was wrong."""
    typed = await fields_of(request)
    try:
        said = await act(typed)
    except Refused as error:
        return await show_user(request, user_id, Trouble(form, typed, error))
    return go(request, f"/admin/users/{user_id}", said=said)


async def show_user(request: SiteRequest, user_id: int, trouble: Trouble = UNTROUBLED) -> Page:
    """Raises NoSuchUser."""
    is_admin = request.user.role is Role.ADMIN
    async with request.desks.db.read() as tx:
        card = await user_card(tx, user_id, now=_now(request))
        member = await _member(request, tx, user_id) if card.member_id else None
        by_hand = await adjustments(tx, user_id=user_id, most=10)
        left = await _left(request, tx) if is_admin else ZERO
    facts = {
        "user": card,
        "member": member,
        "adjustments": by_hand,
        "left_alone": left,
        "is_admin": is_admin,
        "is_self": user_id == request.user.id,
        "may_manage": user_id != request.user.id and (is_admin or not card.is_staff),
        "ref_id": new_ref(),
    }
    return page(request, "admin/user.html", facts | trouble.facts(), status=trouble.status)


async def _member(request: SiteRequest, tx: Tx, user_id: int) -> Member | None:
    found = await find_members(tx, request.desks.people, user_ids=[user_id])
    return found[0] if found else None


async def _left(request: SiteRequest, tx: Tx) -> Rupiah:
    return await left_alone(funding(request), tx, request.user.id, at=_now(request))


def _now(request: SiteRequest) -> datetime:
    return request.desks.people.clock.now()


ROUTES: Final = (get_user, get_statement)
