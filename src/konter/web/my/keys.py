"""``/my/keys``: a reseller's API keys, and how their machines reach us and we them."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.people.keys import IssuedKey, issue_key, keys_of, revoke_key
from konter.people.members import CallbackStyle
from konter.web.my.asked import told_of
from konter.web.my.member import member_of_person, own_member
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import RESELLERS_OWN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PATH: Final = "/my/keys"


class KeyName(Struct):
    name: str


@get(PATH, include_in_schema=False, opt=RESELLERS_OWN)
async def get_keys(request: SiteRequest) -> Page:
    return await shown(request, {})


@post(PATH, include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_key(request: SiteRequest) -> Response[str]:
    """The new key is in this answer and nowhere else."""
    typed = await fields_of(request)
    member = await own_member(request)
    try:
        name = read_form(typed, KeyName).name
        issued = await issue_key(request.desks.people, member.member_id, name)
    except Refused as error:
        return await shown(request, typed, error)
    return await shown(request, {}, issued=issued)


@post(f"{PATH}/revoke", include_in_schema=False, opt=RESELLERS_OWN, status_code=200)
async def post_revoke(request: SiteRequest) -> Response[str]:
    """A repeat does nothing. Raises NoSuchKey."""
    typed = await fields_of(request)
    member = await own_member(request)
    await revoke_key(request.desks.people, member.member_id, typed.get("name", ""))
    return go(request, PATH, said=visit(request).say("Kunci API sudah dicabut"))


ROUTES: Final = [get_keys, post_key, post_revoke]


async def shown(
    request: SiteRequest,
    typed: dict[str, str],
    error: Refused | None = None,
    *,
    issued: IssuedKey | None = None,
) -> Page:
    """``issued``: a key that is shown now and never again. ``error``: of what was just tried."""
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
