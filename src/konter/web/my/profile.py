"""``/my/profile``: name, e-mail, password, language, and where one is signed in."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from konter.kernel.errors import Invalid, Refused
from konter.people.own_account import change_email, change_name, change_password, end_others
from konter.people.tokens import live_sessions
from konter.web.my.asked import told_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PATH: Final = "/my/profile"


class Name(Struct):
    name: str


class Email(Struct):
    email: str
    email_password: str


class Password(Struct):
    password: str
    new_password: str


@get(PATH, include_in_schema=False, opt=OWN)
async def get_profile(request: SiteRequest) -> Page:
    return await _profile(request, {})


@post(f"{PATH}/name", include_in_schema=False, opt=OWN, status_code=200)
async def post_name(request: SiteRequest) -> Response[str]:
    typed = await fields_of(request)
    try:
        await change_name(request.desks.people, request.user, read_form(typed, Name).name)
    except Refused as error:
        return await _profile(request, typed, error)
    return _changed(request, visit(request).say("Nama sudah diganti"))


@post(f"{PATH}/email", include_in_schema=False, opt=OWN, status_code=200)
async def post_email(request: SiteRequest) -> Response[str]:
    """Needs the password."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, Email)
        await change_email(
            request.desks.people,
            request.user,
            email=said.email,
            password=said.email_password,
            remote=request.remote,
        )
    except Refused as error:
        return await _profile(request, typed, _renamed(error))
    return _changed(request, visit(request).say("Email sudah diganti"))


@post(f"{PATH}/password", include_in_schema=False, opt=OWN, status_code=200)
async def post_password(request: SiteRequest) -> Response[str]:
    """Every other session ends."""
    typed, here = await fields_of(request), visit(request)
    try:
        said = read_form(typed, Password)
        await change_password(
            request.desks.people,
            request.user,
            old=said.password,
            new=said.new_password,
            token=here.token,
            remote=request.remote,
        )
    except Refused as error:
        return await _profile(request, typed, error)
    return _changed(request, here.say("Kata sandi sudah diganti, semua sesi lain sudah diakhiri"))


@post(f"{PATH}/sessions", include_in_schema=False, opt=OWN, status_code=200)
async def post_end_others(request: SiteRequest) -> Redirect:
    """A repeat ends none."""
    here = visit(request)
    await end_others(request.desks.people, request.user, token=here.token)
    return _changed(request, here.say("Semua sesi lain sudah diakhiri"))


ROUTES: Final = [get_profile, post_name, post_email, post_password, post_end_others]


def _changed(request: SiteRequest, said: str) -> Redirect:
    """What this process remembered of the person is out of date."""
    request.desks.sessions.forget_person(request.user.id)
    return go(request, PATH, said=said)


def _renamed(error: Refused) -> Refused:
    """The page has two password fields; this form's is called otherwise."""
    if not isinstance(error, Invalid) or "password" not in error.errors:
        return error
    faults = {**error.errors, "email_password": error.errors["password"]}
    del faults["password"]
    return Invalid(faults)


async def _profile(
    request: SiteRequest, typed: dict[str, str], error: Refused | None = None
) -> Page:
    at = request.desks.people.clock.now()
    async with request.desks.db.read() as tx:
        sessions = await live_sessions(tx, request.user.id, token=visit(request).token, at=at)
    person = request.user
    facts = {
        "sessions": sessions,
        "typed": {"name": person.name, "email": person.email, **typed},
        **told_of(error, "name", "email", "email_password", "password", "new_password"),
    }
    return page(request, "my/profile.html", facts, status=error.status if error else 200)
