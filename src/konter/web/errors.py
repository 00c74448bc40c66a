"""The web edge: every error leaves as JSON, and none of them tells more than it should.

Refused goes out with its code and facts, Unavailable with a Retry-After, and whatever else with
an incident number that the log repeats beside the stack.
"""

from __future__ import annotations

import re
import secrets
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import psycopg
import structlog
from litestar import Request
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap
from msgspec import UNSET, Struct, UnsetType

from konter.kernel.errors import Fact, Invalid, KonterError, Refused, Unavailable
from konter.web.answer import Answer
from konter.web.body import REQUIRED, in_indonesian
from konter.web.request import SiteRequest, reader_of

log = structlog.get_logger()

RETRY_AFTER_S: Final = 2
"""For those errors that name no time of their own."""

SAID_BY_STATUS: Final = frozenset({"unauthenticated", "forbidden", "not_found", "invalid"})
"""Codes that add nothing to their status: documented bodies without ``code``."""

MESSAGES: Final = {
    400: "Permintaan tidak dapat dibaca",
    401: "Unauthenticated.",
    403: "Unauthorized",
    404: "Halaman atau data tidak ditemukan",
    405: "Metode tidak diizinkan untuk alamat ini",
    413: "Isi permintaan terlalu besar",
    415: "Jenis isi permintaan tidak didukung",
    429: "Terlalu banyak permintaan, silakan coba lagi nanti",
}

MISSING_PARAMETER = re.compile(r"Missing required \w+ parameter '([^']+)'")

Shown = Answer[Mapping[str, object]]


class Refusal(Struct):
    """``code``: stable, for programs; absent where it would only repeat the status. Some codes
    bring facts of their own beside these."""

    message: str
    code: str | UnsetType = UNSET


def of_konter(request: Request[Any, Any, Any], error: KonterError) -> Shown:
    """Refused, Unavailable and whatever has a 4xx are for the asker; the rest is an incident."""
    if error.status >= 500 and not isinstance(error, Refused | Unavailable):
        return of_anything(request, error)
    return Answer(_body_of(error), status=error.status, headers=_retry_after(error))


def of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Shown:
    """What the framework refuses before our code runs: routing, parameters, sizes."""
    if isinstance(error, ValidationException):
        return of_konter(request, Invalid(_faults(request, error)))
    if error.status_code >= 500:
        return of_anything(request, error)
    message = MESSAGES.get(error.status_code) or HTTPStatus(error.status_code).phrase
    allow = (error.headers or {}).get("allow")
    return Answer(
        {"message": message},
        status=error.status_code,
        headers={"Allow": allow} if allow else None,
    )


def of_database(request: Request[Any, Any, Any], error: psycopg.OperationalError) -> Shown:
    """The database went away or is restarting: nobody's fault who asked, and it may work soon."""
    log.warning("web.database_away", error=type(error).__name__, said=_first_line(error))
    return of_konter(request, Unavailable())


def of_anything(request: Request[Any, Any, Any], error: Exception) -> Shown:
    """We are wrong: the asker gets a number to quote, the log gets the number and the stack."""
    incident = secrets.token_hex(6)
    log.error(
        "web.incident",
        incident=incident,
        method=request.scope["method"],
        route=request.scope.get("path_template"),
        error=type(error).__name__,
        said=_first_line(error),
        frames=_frames(error),
    )
    return Answer({"message": "Kesalahan di pihak kami", "incident": incident}, status=500)


HANDLERS: Final[ExceptionHandlersMap] = {
    KonterError: of_konter,
    HTTPException: of_framework,
    psycopg.OperationalError: of_database,
    Exception: of_anything,
}


def refusals(*errors: type[KonterError]) -> dict[int, ResponseSpec]:
    """For a route's ``responses``: the refusals it documents, those of one status joined."""
    specs: dict[int, ResponseSpec] = {}
    for error in errors:
        line = f"`{error.code}`: {error.message}"
        known = specs.get(error.status)
        text = f"{known.description}; {line}" if known else line
        specs[error.status] = ResponseSpec(
            data_container=Refusal, generate_examples=False, description=text
        )
    return specs


def _body_of(error: KonterError) -> dict[str, Fact]:
    code: dict[str, Fact] = {} if error.code in SAID_BY_STATUS else {"code": error.code}
    return {"message": error.text, **code, **error.facts}


def _retry_after(error: KonterError) -> Mapping[str, str] | None:
    if error.status not in {429, 503}:
        return None
    return {"Retry-After": str(error.facts.get("retry_after", RETRY_AFTER_S))}


def _faults(request: Request[Any, Any, Any], error: ValidationException) -> dict[str, list[str]]:
    """Parameter by parameter; a missing body becomes its missing fields."""
    if match := MISSING_PARAMETER.search(error.detail):
        return {match[1]: [REQUIRED]}
    faults: dict[str, list[str]] = {}
    for said in error.extra if isinstance(error.extra, list) else []:
        name = str(said.get("key", "body"))
        if name == "data" and isinstance(request, SiteRequest):
            return reader_of(request).faults(b"{}")
        faults.setdefault(name, []).append(in_indonesian(str(said.get("message", ""))))
    return faults or {"body": [MESSAGES[400]]}


def _first_line(error: Exception) -> str:
    """Without the lines below, where a database quotes whole rows."""
    return (str(error).splitlines() or [""])[0][:300]


def _frames(error: BaseException) -> list[str]:
    """Where it happened, innermost last, through its causes; places only, no values."""
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    cause = error.__cause__ or error.__context__
    return [*_frames(cause), f"then {type(error).__name__}", *frames] if cause else frames
