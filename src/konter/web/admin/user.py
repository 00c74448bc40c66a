"""``/admin/users/{id}``: one user, and every form by which staff change what they may do."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, get

from konter.db.pool import Tx
from konter.funding.adjustments import adjustments
from konter.funding.ask_adjustment import left_alone
from konter.kernel.errors import NotFound
from konter.kernel.money import ZERO, Rupiah
from konter.people.find_users import user_card
from konter.people.members import Member, find_members
from konter.people.permits import Role
from konter.web.admin.acting import UNTROUBLED, Act, Trouble, funding, new_ref, tried
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest


@get("/admin/users/{user_id:int}", include_in_schema=False, opt=STAFF)
async def get_user(request: SiteRequest, user_id: RowId) -> Page:
    """Raises NoSuchUser."""
    return await show_user(request, user_id)


async def act_on_user(request: SiteRequest, user_id: int, form: str, act: Act) -> Response[str]:
    """Back to the user's page with what was done, or the same page with what was wrong."""

    async def show(trouble: Trouble) -> Page:
        return await show_user(request, user_id, trouble)

    return await tried(request, form, act, show=show, back=f"/admin/users/{user_id}")


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


async def member_of(request: SiteRequest, user_id: int) -> Member:
    """Raises NotFound."""
    async with request.desks.db.read() as tx:
        found = await _member(request, tx, user_id)
    if found is None:
        raise NotFound("Pengguna ini bukan member")
    return found


async def _member(request: SiteRequest, tx: Tx, user_id: int) -> Member | None:
    found = await find_members(tx, request.desks.people, user_ids=[user_id])
    return found[0] if found else None


async def _left(request: SiteRequest, tx: Tx) -> Rupiah:
    return await left_alone(funding(request), tx, request.user.id, at=_now(request))


def _now(request: SiteRequest) -> datetime:
    return request.desks.people.clock.now()
