"""A user's role, access and sessions, changed by staff."""

from __future__ import annotations

from typing import Final

from litestar import Response, post
from msgspec import Struct

from konter.people import manage_user
from konter.people.permits import Role
from konter.web.admin.acting import actor
from konter.web.admin.user import act_on_user
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.request import RowId, SiteRequest


class _NewRole(Struct):
    role: Role


class _Reason(Struct):
    reason: str


@post("/admin/users/{user_id:int}/role", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_role(request: SiteRequest, user_id: RowId) -> Response[str]:
    """Never one's own, and never the last admin's."""

    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _NewRole)
        people = request.desks.people
        await manage_user.change_role(people, user_id, said.role, by=actor(request))
        return visit(request).say("Peran diubah, berlaku dalam beberapa detik")

    return await act_on_user(request, user_id, "role", act)


@post("/admin/users/{user_id:int}/disable", include_in_schema=False, opt=STAFF, status_code=200)
async def post_disable(request: SiteRequest, user_id: RowId) -> Response[str]:
    async def act(typed: dict[str, str]) -> str:
        reason = read_form(typed, _Reason).reason
        await manage_user.disable(request.desks.people, user_id, reason=reason, by=actor(request))
        return visit(request).say("Akun dinonaktifkan dan semua sesinya diakhiri")

    return await act_on_user(request, user_id, "disable", act)


@post("/admin/users/{user_id:int}/enable", include_in_schema=False, opt=STAFF, status_code=200)
async def post_enable(request: SiteRequest, user_id: RowId) -> Response[str]:
    async def act(_: dict[str, str]) -> str:
        await manage_user.enable(request.desks.people, user_id, by=actor(request))
        return visit(request).say("Akun diaktifkan kembali")

    return await act_on_user(request, user_id, "enable", act)


@post("/admin/users/{user_id:int}/sign-out", include_in_schema=False, opt=STAFF, status_code=200)
async def post_end_sessions(request: SiteRequest, user_id: RowId) -> Response[str]:
    async def act(_: dict[str, str]) -> str:
        await manage_user.end_sessions(request.desks.people, user_id, by=actor(request))
        return visit(request).say("Semua sesi diakhiri dalam beberapa detik")

    return await act_on_user(request, user_id, "sessions", act)


ROUTES: Final = (post_role, post_disable, post_enable, post_end_sessions)
