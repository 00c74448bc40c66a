"""``/masuk/kode``: the second step, for who has shown their password."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.people.login_steps import LASTS, Halfway, StepOver, finish
from konter.people.permits import STAFF_ROLES, Person
from konter.web.my.asked import told_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import own_path, visit
from konter.web.page.permits import ALWAYS
from konter.web.page.render import Page, go, page
from konter.web.page.visit import cookie, cookies_of, session_cookie
from konter.web.request import SiteRequest

STEP: Final = "konter_step"
"""The cookie between the two pages: it opens nothing but the second."""

STAFF_HOME: Final = "/admin"
HOME: Final = "/my"


class Said(Struct):
    code: str
    back: str = ""


@get("/masuk/kode", include_in_schema=False, opt=ALWAYS)
async def get_code(
    request: SiteRequest, back: Annotated[str, QueryParameter()] = ""
) -> Response[str]:
    if not cookies_of(request).get(STEP):
        return go(request, "/masuk")
    return _form(request, back)


@post("/masuk/kode", include_in_schema=False, opt=ALWAYS, status_code=200)
async def post_code(request: SiteRequest) -> Response[str]:
    """On to where one wanted to go, or the same form; after ten minutes, back to the password."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, Said)
        signed = await finish(
            request.desks.people,
            cookies_of(request).get(STEP, ""),
            code=said.code,
            remote=request.remote,
        )
    except StepOver as over:
        told = visit(request).say(over.text)
        return go(request, "/masuk", said=told, cookies=[step_cookie(request, None)])
    except Refused as error:
        return _form(request, typed.get("back", ""), error)
    cookies = [session_cookie(request, signed.token), step_cookie(request, None)]
    return go(request, own_path(said.back, home_of(signed.person)), cookies=cookies)


def home_of(person: Person) -> str:
    """Where one goes who wanted to go nowhere in particular."""
    return STAFF_HOME if person.role in STAFF_ROLES else HOME


def step_cookie(request: SiteRequest, halfway: Halfway | None) -> Cookie:
    """None takes it back."""
    token = halfway.token if halfway else ""
    return cookie(request, STEP, token, seconds=int(LASTS.total_seconds()) if token else 0)


def _form(request: SiteRequest, back: str, error: Refused | None = None) -> Page:
    facts = {"back": own_path(back, ""), **told_of(error, "code")}
    return page(request, "my/sign_in_code.html", facts, status=error.status if error else 200)
