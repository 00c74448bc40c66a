"""``/my/two-factor``: the second step of one's log-in is set up, shown, switched off."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.people.permits import STAFF_ROLES
from konter.people.two_factor import confirm, start, switch_off, two_factor_of
from konter.web.my.asked import told_of
from konter.web.my.change import change
from konter.web.my.qr import qr_svg
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ENROL
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PATH: Final = "/my/two-factor"


class Proof(Struct):
    password: str
    code: str


@get(PATH, include_in_schema=False, opt=ENROL)
async def get_two_factor(request: SiteRequest) -> Page:
    return await _shown(request)


@post(f"{PATH}/start", include_in_schema=False, opt=ENROL, status_code=200)
async def post_start(request: SiteRequest) -> Response[str]:
    """A fresh secret; a repeat draws anew."""
    try:
        await start(request.desks.people, request.user)
    except Refused as error:
        return await _shown(request, error)
    return go(request, PATH)


@post(f"{PATH}/confirm", include_in_schema=False, opt=ENROL, status_code=200)
async def post_confirm(request: SiteRequest) -> Response[str]:
    """Shows the ten kept codes, this once."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, Proof)
        kept = await confirm(
            request.desks.people,
            request.user,
            password=said.password,
            code=said.code,
            token=visit(request).token,
            remote=request.remote,
        )
    except Refused as error:
        return await _shown(request, error)
    request.desks.sessions.forget_person(request.user.id)
    return page(request, "my/kept_codes.html", {"codes": kept, "person": request.user})


@post(f"{PATH}/off", include_in_schema=False, opt=ENROL, status_code=200)
async def post_off(request: SiteRequest) -> Response[str]:
    """Needs the password and a code."""

    async def act(said: Proof) -> str:
        await switch_off(
            request.desks.people,
            request.user,
            password=said.password,
            code=said.code,
            remote=request.remote,
        )
        return visit(request).say("Verifikasi dua langkah sudah dimatikan")

    async def show(_: dict[str, str], error: Refused) -> Page:
        return await _shown(request, error)

    return await change(request, Proof, act, show=show, back=PATH)


ROUTES: Final = [get_two_factor, post_start, post_confirm, post_off]


async def _shown(request: SiteRequest, error: Refused | None = None) -> Page:
    people = request.desks.people
    found = await two_factor_of(people, request.user)
    title = visit(request).say("Kode QR untuk aplikasi autentikator")
    facts = {
        "found": found,
        "qr": qr_svg(found.address, title) if found and found.address else "",
        "groups": _groups(found.secret) if found else [],
        "is_wanted": people.staff_two_factor and request.user.role in STAFF_ROLES,
        **told_of(error, "password", "code"),
    }
    return page(request, "my/two_factor.html", facts, status=error.status if error else 200)


def _groups(secret: str) -> list[str]:
    """In fours, as a person copies it."""
    return [secret[place : place + 4] for place in range(0, len(secret), 4)]
