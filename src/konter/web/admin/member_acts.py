"""A member's limits, and who of its machines may call from where."""

from __future__ import annotations

from typing import Final

from litestar import Response, post
from msgspec import Struct

from konter.people import configure_member
from konter.people.members import OwnLimits
from konter.web.admin.acting import actor, rupiah_typed
from konter.web.admin.user import act_on_user, member_of
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN
from konter.web.request import RowId, SiteRequest


class _Doors(Struct):
    """A box that is not ticked is not sent."""

    is_active: str = ""
    allow_nosign: str = ""
    require_hmac: str = ""
    networks: str = ""


class _Limits(Struct):
    requests_per_minute: int | None = None
    orders_per_day: int | None = None
    amount_per_day: str = ""
    products: str = ""


@post(
    "/admin/users/{user_id:int}/member/doors", include_in_schema=False, opt=ADMIN, status_code=200
)
async def post_doors(request: SiteRequest, user_id: RowId) -> Response[str]:
    """Only what differs is changed, and kept in the audit log."""

    async def act(typed: dict[str, str]) -> str:
        said, people, by = read_form(typed, _Doors), request.desks.people, actor(request)
        member = await member_of(request, user_id)
        name, networks = member.member_id, said.networks.replace(",", " ").split()
        if networks != [str(network) for network in member.networks]:
            await configure_member.set_ip(people, name, networks, by=by)
        if bool(said.allow_nosign) != member.allow_nosign:
            await configure_member.set_nosign(people, name, bool(said.allow_nosign), by=by)
        if bool(said.require_hmac) != member.require_hmac:
            await configure_member.set_require_hmac(people, name, bool(said.require_hmac), by=by)
        if bool(said.is_active) != member.is_active:
            await configure_member.set_active(people, name, bool(said.is_active), by=by)
        return visit(request).say("Akses member disimpan, berlaku dalam beberapa detik")

    return await act_on_user(request, user_id, "doors", act)


@post(
    "/admin/users/{user_id:int}/member/limits", include_in_schema=False, opt=ADMIN, status_code=200
)
async def post_limits(request: SiteRequest, user_id: RowId) -> Response[str]:
    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Limits)
        member = await member_of(request, user_id)
        products = said.products.replace(",", " ").split()
        own = OwnLimits(
            said.requests_per_minute,
            said.orders_per_day,
            rupiah_typed(said.amount_per_day, "amount_per_day") if said.amount_per_day else None,
            frozenset(products) or None,
        )
        await configure_member.set_limits(
            request.desks.people, member.member_id, own, by=actor(request)
        )
        return visit(request).say("Batas member disimpan")

    return await act_on_user(request, user_id, "limits", act)


ROUTES: Final = (post_doors, post_limits)
