"""What stands before every page: who may come, and that a form was sent from our own pages.

Forms are believed by what the browser itself says of where they came from, ``Sec-Fetch-Site`` or
``Origin``, and by a session cookie that does not travel with other sites' posts. See
docs/decisions/0028-pages.md.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlsplit

from litestar import Request

from konter.kernel.errors import Refused
from konter.people.permits import Forbidden, SecondStepFirst
from konter.web.page.permits import who_of
from konter.web.page.visit import Visit, visit_of
from konter.web.request import SiteRequest

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignForm(Refused):
    """A form that none of our pages sent."""

    code = "foreign_form"
    status = 403
    message = "Formulir ini tidak dikirim dari halaman kami. Silakan muat ulang dan coba lagi"


class SignInFirst(Refused):
    """A page for somebody we know. ``back``: where they wanted to go."""

    code = "sign_in_first"
    status = 401
    message = "Silakan masuk terlebih dahulu"

    def __init__(self, back: str) -> None:
        super().__init__()
        self.back = back


async def guarded(request: Request[Any, Any, Any]) -> None:
    """For ``before_request``. Puts the Visit on the request. Raises ForeignForm, SignInFirst,
    Forbidden, SecondStepFirst."""
    assert isinstance(request, SiteRequest)
    if request.scope["method"] not in SAFE and not is_ours(request):
        raise ForeignForm
    visit = await visit_of(request)
    request.scope["konter_visit"] = visit  # type: ignore[typeddict-unknown-key]
    if visit.person is not None:
        request.scope["user"] = visit.person
        request.scope["auth"] = visit.token
    who = who_of(request.route_handler.opt)
    if who is None:
        raise Forbidden
    if not who.admits(visit.person.role if visit.person else None):
        raise Forbidden if visit.person else SignInFirst(_asked_for(request))
    if visit.person is not None and visit.person.must_enrol and not who.always:
        raise SecondStepFirst


def visit(request: SiteRequest) -> Visit:
    """Behind ``guarded``."""
    found = request.scope["konter_visit"]  # type: ignore[typeddict-item]
    assert isinstance(found, Visit)
    return found


def is_ours(request: SiteRequest) -> bool:
    """Whether a browser says that one of our pages sent this. Where it says nothing, no."""
    site = request.raw_header(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin, host = request.raw_header(b"origin"), request.raw_header(b"host")
    if origin is None or host is None:
        return False
    return urlsplit(origin.decode("latin-1")).netloc.lower() == host.decode("latin-1").lower()


def own_path(text: str | None, otherwise: str = "/") -> str:
    """A path of this site to go to, or ``otherwise``: nobody is sent elsewhere by a link."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return otherwise
    return text if text.isprintable() else otherwise


def _asked_for(request: SiteRequest) -> str:
    if request.scope["method"] not in SAFE:
        return "/"
    query = bytes(request.scope["query_string"]).decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")
