"""``/masuk`` and ``/keluar``: a session begins and ends."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.people.login import logout
from konter.people.login_steps import Halfway, begin
from konter.web.my.asked import told_of
from konter.web.my.sign_in_code import home_of, step_cookie
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import own_path, visit
from konter.web.page.permits import ALWAYS
from konter.web.page.render import Page, go, page
from konter.web.page.visit import session_cookie
from konter.web.request import SiteRequest

Back = Annotated[str, QueryParameter()]


class Credentials(Struct):
    email: str
    password: str
    back: str = ""


@get("/masuk", include_in_schema=False, opt=ALWAYS)
async def get_sign_in(request: SiteRequest, back: Back = "") -> Page:
    return _form(request, {"back": back})


@post("/masuk", include_in_schema=False, opt=ALWAYS, status_code=200)
async def post_sign_in(request: SiteRequest) -> Response[str]:
    """On to where one wanted to go, to the second step, or the same form with what was wrong."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, Credentials)
        signed = await begin(
            request.desks.people, email=said.email, password=said.password, remote=request.remote
        )
    except Refused as error:
        return _form(request, typed, error)
    back = own_path(said.back, "")
    if isinstance(signed, Halfway):
        asked = f"?back={quote(back, safe='')}" if back else ""
        return go(request, f"/masuk/kode{asked}", cookies=[step_cookie(request, signed)])
    cookies = [session_cookie(request, signed.token)]
    return go(request, back or home_of(signed.person), cookies=cookies)


@post("/keluar", include_in_schema=False, opt=ALWAYS, status_code=200)
async def post_sign_out(request: SiteRequest) -> Response[str]:
    """A repeat does nothing."""
    here = visit(request)
    if here.token:
        await logout(request.desks.people, here.token)
        request.desks.sessions.forget(here.token)
    said = here.say("Anda sudah keluar")
    return go(request, "/", said=said, cookies=[session_cookie(request, "")])


def _form(request: SiteRequest, typed: dict[str, str], error: Refused | None = None) -> Page:
    facts = {
        "typed": typed,
        "back": own_path(typed.get("back"), ""),
        **told_of(error, "email", "password"),
    }
    return page(request, "my/sign_in.html", facts, status=error.status if error else 200)
