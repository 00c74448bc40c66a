"""``/my/profile``: name, e-mail, password, language, and where one is signed in."""

from __future__ import annotations

from functools import partial
from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from konter.kernel.errors import Invalid, Refused
from konter.people.own_account import change_email, change_name, change_password, end_others
from konter.people.tokens import live_sessions
from konter.web.my.asked import told_of
from konter.web.my.change import change, changed
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, page
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
    async def act(said: Name) -> str:
        await change_name(request.desks.people, request.user, said.name)
        return visit(request).say("Nama sudah diganti")

    return await change(request, Name, act, show=partial(_profile, request), back=PATH)


@post(f"{PATH}/email", include_in_schema=False, opt=OWN, status_code=200)
async def post_email(request: SiteRequest) -> Response[str]:
    """Needs the password."""

    async def act(said: Email) -> str:
        await change_email(
            request.desks.people,
            request.user,
            email=said.email,
            password=said.email_password,
            remote=request.remote,
        )
        return visit(request).say("Email sudah diganti")

    async def show(typed: dict[str, str], error: Refused) -> Page:
        return await _profile(request, typed, _renamed(error))

    return await change(request, Email, act, show=show, back=PATH)


@post(f"{PATH}/password", include_in_schema=False, opt=OWN, status_code=200)
async def post_password(request: SiteRequest) -> Response[str]:
    """Every other session ends."""
    here = visit(request)

    async def act(said: Password) -> str:
        await change_password(
            request.desks.people,
            request.user,
            old=said.password,
            new=said.new_password,
            token=here.token,
            remote=request.remote,
        )
        return here.say("Kata sandi sudah diganti, semua sesi lain sudah diakhiri")

    return await change(request, Password, act, show=partial(_profile, request), back=PATH)


@post(f"{PATH}/sessions", include_in_schema=False, opt=OWN, status_code=200)
async def post_end_others(request: SiteRequest) -> Redirect:
    """A repeat ends none."""
    here = visit(request)
    await end_others(request.desks.people, request.user, token=here.token)
    return changed(request, here.say("Semua sesi lain sudah diakhiri"), back=PATH)


ROUTES: Final = [get_profile, post_name, post_email, post_password, post_end_others]


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
