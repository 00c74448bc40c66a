"""One line of plain text, always with HTTP 200: nothing else is read by Otomax.

What is no word about a purchase (a wrong signature, too many calls, a database that is away) goes
out bare: no documented expression takes it for an end, so the partner's transaction waits and is
asked about again. A call that was refused at the door says nothing of what stands under its
reference.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from litestar import Request
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ExceptionHandlersMap

from konter.kernel.errors import KonterError
from konter.orders.otomax_words import clean_reason
from konter.web import errors
from konter.web.answer import Answer, RawAnswer

PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")
NOT_KEPT: Final = {"Cache-Control": "no-store"}

Asked = Request[Any, Any, Any]


class Line(Answer[str]):
    """``-> Line``."""

    def to_asgi_response(  # type: ignore[override]
        self, app: object, request: object, **_: Any
    ) -> ASGIApp:
        return RawAnswer(200, self.content.encode(), kind=PLAIN, headers=NOT_KEPT)


def of_konter(request: Asked, error: KonterError) -> Line:
    return _bare(errors.of_konter(request, error))


def of_framework(request: Asked, error: HTTPException) -> Line:
    return _bare(errors.of_framework(request, error))


def of_database(request: Asked, error: psycopg.OperationalError) -> Line:
    return _bare(errors.of_database(request, error))


def of_anything(request: Asked, error: Exception) -> Line:
    return _bare(errors.of_anything(request, error))


HANDLERS: Final[ExceptionHandlersMap] = {
    KonterError: of_konter,
    HTTPException: of_framework,
    psycopg.OperationalError: of_database,
    Exception: of_anything,
}


def _bare(shown: errors.Shown) -> Line:
    """Its message, with trap words broken; an incident's number, to quote it."""
    incident = shown.content.get("incident")
    said = f"{shown.content['message']} {incident or ''}"
    return Line(clean_reason(said))
