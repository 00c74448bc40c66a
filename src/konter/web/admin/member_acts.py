"""A reseller's machines: made a member, given fresh secrets and limits, and told whence to call."""

from __future__ import annotations

from typing import Final

from litestar import Response, post
from msgspec import Struct

from konter.kernel.errors import NotFound, Refused
from konter.people import configure_member
from konter.people.find_users import user_card
from konter.people.member_secrets import FreshSecrets
from konter.people.members import Member, OwnLimits, find_members
from konter.people.register_member import register_member
from konter.people.rotate_member import rotate
from konter.web.admin.acting import Trouble, actor, rupiah_typed
from konter.web.admin.user import act_on_user, show_user
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest


class _NewMember(Struct):
    member_id: str


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
    member = await _member(request, user_id)
    fresh = await rotate(request.desks.people, member.member_id, by=actor(request))
    return _secrets(request, user_id, member.member_id, fresh)


@post(
    "/admin/users/{user_id:int}/member/doors", include_in_schema=False, opt=ADMIN, status_code=200
)
async def post_doors(request: SiteRequest, user_id: RowId) -> Response[str]:
    """Only what differs is changed, and kept in the audit log."""

    async def act(typed: dict[str, str]) -> str:
        said, people, by = read_form(typed, _Doors), request.desks.people, actor(request)
        member = await _member(request, user_id)
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
        member = await _member(request, user_id)
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


async def _member(request: SiteRequest, user_id: int) -> Member:
    async with request.desks.db.read() as tx:
        found = await find_members(tx, request.desks.people, user_ids=[user_id])
    if not found:
        raise NotFound("Pengguna ini bukan member")
    return found[0]


def _secrets(request: SiteRequest, user_id: int, member_id: str, fresh: FreshSecrets) -> Page:
    facts = {"user_id": user_id, "member_id": member_id, "secrets": fresh.by_part}
    shown = page(request, "admin/member_secrets.html", facts)
    shown.headers["Cache-Control"] = "no-store"
    return shown


ROUTES: Final = (post_member, post_rotate, post_doors, post_limits)
