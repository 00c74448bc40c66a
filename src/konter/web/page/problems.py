"""Errors as pages, for who asked with a browser; the words are those of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from konter.people.permits import SecondStepFirst
from konter.web.answer import Answer
from konter.web.errors import HANDLERS
from konter.web.page.guard import SignInFirst, visit
from konter.web.page.render import go, page
from konter.web.page.visit import remembered
from konter.web.request import SiteRequest

Told: TypeAlias = Mapping[str, object]
Handler: TypeAlias = Callable[..., Response[Told] | Response[str]]

MACHINES: Final = ("/api/", "/otomax/", "/ipaymu/", "/tripay/", "/webhook/", "/static/")
"""Whoever asks here reads no pages, whatever they accept."""

SECOND_STEP: Final = "/my/two-factor"


def with_pages() -> ExceptionHandlersMap:
    """The site's handlers, each answering a browser with a page that says the same."""
    return {error: _either(handler) for error, handler in HANDLERS.items()}


def wants_page(request: SiteRequest) -> bool:
    accept = request.raw_header(b"accept") or b""
    return b"text/html" in accept and not request.scope["path"].startswith(MACHINES)


def _either(handler: Handler) -> Handler:
    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Told] | Response[str]:
        answer = handler(request, error)
        if not (isinstance(request, SiteRequest) and isinstance(answer, Answer)):
            return answer
        if not wants_page(request):
            return answer
        if "konter_visit" not in request.scope:
            request.scope["konter_visit"] = remembered(request)  # type: ignore[typeddict-unknown-key]
        if isinstance(error, SignInFirst):
            return go(request, f"/masuk?back={quote(error.back, safe='')}", said=error.text)
        if isinstance(error, SecondStepFirst):
            return go(request, SECOND_STEP, said=visit(request).say(error.text))
        return _problem(request, answer)

    return handle


def _problem(request: SiteRequest, answer: Answer[Told]) -> Response[str]:
    status = answer.status or 500
    facts = {
        "status": status,
        "message": answer.content["message"],
        "incident": answer.content.get("incident"),
    }
    shown = page(request, "problem.html", facts, status=status)
    for name, value in (answer.extra or {}).items():
        shown.headers[name] = value
    return shown
