"""``/daftar``: a new account, signed in at once."""

from __future__ import annotations

from litestar import Response, get, post
from msgspec import Struct

from konter.kernel.errors import Refused
from konter.people.register import register
from konter.web.my.asked import told_of
from konter.web.my.sign_in import Back
from konter.web.my.sign_in_code import HOME
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import own_path, visit
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, go, page
from konter.web.page.visit import session_cookie
from konter.web.request import SiteRequest


class NewAccount(Struct):
    name: str
    email: str
    password: str
    back: str = ""


@get("/daftar", include_in_schema=False, opt=ANYBODY)
async def get_sign_up(request: SiteRequest, back: Back = "") -> Page:
    return _form(request, {"back": back})


@post("/daftar", include_in_schema=False, opt=ANYBODY, status_code=200)
async def post_sign_up(request: SiteRequest) -> Response[str]:
    """Whoever registers becomes a retail buyer."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, NewAccount)
        signed = await register(
            request.desks.people,
            name=said.name,
            email=said.email,
            password=said.password,
            remote=request.remote,
            lang=visit(request).lang,
        )
    except Refused as error:
        return _form(request, typed, error)
    welcome = visit(request).say("Selamat datang! Akun Anda sudah siap")
    cookies = [session_cookie(request, signed.token)]
    return go(request, own_path(said.back, HOME), said=welcome, cookies=cookies)


def _form(request: SiteRequest, typed: dict[str, str], error: Refused | None = None) -> Page:
    facts = {
        "typed": typed,
        "back": own_path(typed.get("back"), ""),
        **told_of(error, "name", "email", "password"),
    }
    return page(request, "my/sign_up.html", facts, status=error.status if error else 200)
