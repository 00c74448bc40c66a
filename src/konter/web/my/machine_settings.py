"""Where a reseller's machines call from, and where we call them."""

from __future__ import annotations

from typing import Final

from litestar import Response, post
from msgspec import Struct

from konter.hooks.redeliver import enable
from konter.kernel.errors import Refused
from konter.people.configure_member import set_ip
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle
from konter.web.my.keys import PATH, shown
from konter.web.my.member import door, own_member
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import RESELLERS_OWN
from konter.web.page.render import go
from konter.web.request import SiteRequest


class Networks(Struct):
    ip: str = ""


class CallbackTo(Struct):
    callback_url: str = ""
    style: CallbackStyle = CallbackStyle.JSON


@post(f"{PATH}/ip", include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_ip(request: SiteRequest) -> Response[str]:
    """One address or network a line; none: from anywhere."""
    typed = await fields_of(request)
    member = await own_member(request)
    try:
        said = read_form(typed, Networks)
        networks = said.ip.replace(",", " ").split()
        await set_ip(request.desks.people, member.member_id, networks)
    except Refused as error:
        return await shown(request, typed, error)
    return go(request, PATH, said=visit(request).say("Daftar IP sudah disimpan"))


@post(f"{PATH}/callback", include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_callback(request: SiteRequest) -> Response[str]:
    """Saving also switches on again what had failed for too long."""
    typed = await fields_of(request)
    member = await own_member(request)
    try:
        said = read_form(typed, CallbackTo)
        await set_callback(
            request.desks.people, member.member_id, said.callback_url or None, style=said.style
        )
    except Refused as error:
        return await shown(request, typed, error)
    if member.callback is not None and member.callback.disabled_at is not None:
        await enable(door(request).outbox, member.member_id, by=request.user.email)
    return go(request, PATH, said=visit(request).say("Alamat callback sudah disimpan"))


ROUTES: Final = [post_ip, post_callback]
