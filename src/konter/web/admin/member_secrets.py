"""A reseller becomes a member, or a member's secrets are replaced: what is shown once."""

from __future__ import annotations

from typing import Final

from litestar import Response, post
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.people.find_users import user_card
from konter.people.member_secrets import FreshSecrets
from konter.people.register_member import register_member
from konter.people.rotate_member import rotate
from konter.web.admin.acting import Trouble, actor
from konter.web.admin.user import member_of, show_user
from konter.web.page.forms import fields_of, read_form
from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest


class _NewMember(Struct):
    member_id: str


@post("/admin/users/{user_id:int}/member", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_member(request: SiteRequest, user_id: RowId) -> Response[str]:
    """Shows the secrets, this once."""
    people, typed = request.desks.people, await fields_of(request)
    try:
        said = read_form(typed, _NewMember)
        async with request.desks.db.read() as tx:
            card = await user_card(tx, user_id, now=people.clock.now())
        made = await register_member(
            people, email=card.email, member_id=said.member_id, by=actor(request)
        )
    except Refused as error:
        return await show_user(request, user_id, Trouble("member", typed, error))
    return _secrets(request, user_id, made.member_id, made.secrets)


@post(
    "/admin/users/{user_id:int}/member/rotate", include_in_schema=False, opt=ADMIN, status_code=200
)
async def post_rotate(request: SiteRequest, user_id: RowId) -> Response[str]:
    """Shows the new secrets, this once; each sending draws anew."""
    await fields_of(request)
    member = await member_of(request, user_id)
    fresh = await rotate(request.desks.people, member.member_id, by=actor(request))
    return _secrets(request, user_id, member.member_id, fresh)


def _secrets(request: SiteRequest, user_id: int, member_id: str, fresh: FreshSecrets) -> Page:
    facts = {"user_id": user_id, "member_id": member_id, "secrets": fresh.by_part}
    shown = page(request, "admin/member_secrets.html", facts)
    shown.headers["Cache-Control"] = "no-store"
    return shown


ROUTES: Final = (post_member, post_rotate)
