"""``/my/keys``: a reseller's API keys, and how their machines reach us and we them."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.hooks.redeliver import enable
from konter.kernel.errors import Refused
from konter.people.configure_member import set_ip
from konter.people.keys import IssuedKey, issue_key, keys_of, revoke_key
from konter.people.member_callbacks import set_callback
from konter.people.members import CallbackStyle
from konter.web.my.asked import told_of
from konter.web.my.member import door, member_of_person, own_member
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import RESELLERS_OWN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PATH: Final = "/my/keys"


class KeyName(Struct):
    name: str


class Networks(Struct):
    ip: str = ""


class CallbackTo(Struct):
    callback_url: str = ""
    style: CallbackStyle = CallbackStyle.JSON


@get(PATH, include_in_schema=False, opt=RESELLERS_OWN)
async def get_keys(request: SiteRequest) -> Page:
    return await _shown(request, {})


@post(PATH, include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_key(request: SiteRequest) -> Response[str]:
    """The new key is in this answer and nowhere else."""
    typed = await fields_of(request)
    member = await own_member(request)
    try:
        name = read_form(typed, KeyName).name
        issued = await issue_key(request.desks.people, member.member_id, name)
    except Refused as error:
        return await _shown(request, typed, error)
    return await _shown(request, {}, issued=issued)


@post(f"{PATH}/revoke", include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_revoke(request: SiteRequest) -> Response[str]:
    """A repeat does nothing. Raises NoSuchKey."""
    typed = await fields_of(request)
    member = await own_member(request)
    await revoke_key(request.desks.people, member.member_id, typed.get("name", ""))
    return go(request, PATH, said=visit(request).say("Kunci API sudah dicabut"))


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
        return await _shown(request, typed, error)
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
        return await _shown(request, typed, error)
    if member.callback is not None and member.callback.disabled_at is not None:
        await enable(door(request).outbox, member.member_id, by=request.user.email)
    return go(request, PATH, said=visit(request).say("Alamat callback sudah disimpan"))


ROUTES: Final = [get_keys, post_key, post_revoke, post_ip, post_callback]


async def _shown(
    request: SiteRequest,
    typed: dict[str, str],
    error: Refused | None = None,
    *,
    issued: IssuedKey | None = None,
) -> Page:
    member = await member_of_person(request)
    if member is None:
        return page(request, "my/no_member.html")
    callback = member.callback
    saved = {
        "callback_url": callback.url if callback else "",
        "style": callback.style.value if callback else CallbackStyle.JSON.value,
        "ip": "\n".join(map(str, member.networks)),
    }
    facts = {
        "member": member,
        "keys": await keys_of(request.desks.people, member.member_id),
        "issued": issued,
        "base_url": request.shop.orders.funding.public_url,
        "typed": {**saved, **typed},
        **told_of(error, "name", "ip", "callback_url", "style"),
    }
    return page(request, "my/keys.html", facts, status=error.status if error else 200)
