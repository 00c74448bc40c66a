"""Errors as a machine reads them: a stable code, words for a person, and whether to try again."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import psycopg
from litestar import Request
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from konter.kernel.errors import Invalid, KonterError
from konter.people.allowance import TooManyRequests
from konter.people.lockout import LockedOut
from konter.people.prove import BadSignature, IpNotAllowed
from konter.web import errors

Asked = Request[Any, Any, Any]


class Problem(Struct):
    """``retry``: the very same request may succeed later; it never buys twice. Some codes bring
    facts of their own beside these (``retry_after``, ``errors``, ``price``)."""

    code: str
    message: str
    retry: bool


ALWAYS: Final[tuple[type[KonterError], ...]] = (
    BadSignature,
    IpNotAllowed,
    LockedOut,
    TooManyRequests,
    Invalid,
)


def problems(*kinds: type[KonterError]) -> dict[int, ResponseSpec]:
    """For a route's ``responses``: its own refusals, and those that every call can meet."""
    lines: dict[int, list[str]] = {}
    for kind in (*ALWAYS, *kinds):
        lines.setdefault(kind.status, []).append(f"`{kind.code}`: {kind.message}")
    return {
        status: ResponseSpec(Problem, generate_examples=False, description="; ".join(said))
        for status, said in lines.items()
    }


def of_konter(request: Asked, error: KonterError) -> errors.Shown:
    return _problem(errors.of_konter(request, error), error.code)


def of_framework(request: Asked, error: HTTPException) -> errors.Shown:
    code = HTTPStatus(error.status_code).name.lower()
    is_invalid = isinstance(error, ValidationException)
    return _problem(errors.of_framework(request, error), Invalid.code if is_invalid else code)


def of_database(request: Asked, error: psycopg.OperationalError) -> errors.Shown:
    return _problem(errors.of_database(request, error), "unavailable")


def of_anything(request: Asked, error: Exception) -> errors.Shown:
    return _problem(errors.of_anything(request, error), "broken")


HANDLERS: Final[ExceptionHandlersMap] = {
    KonterError: of_konter,
    HTTPException: of_framework,
    psycopg.OperationalError: of_database,
    Exception: of_anything,
}


def _problem(shown: errors.Shown, code: str) -> errors.Shown:
    """What the site says anyway, and what a machine needs beside it."""
    status = shown.status or 500
    said: Mapping[str, object] = {
        **shown.content,
        "code": "broken" if "incident" in shown.content else code,
        "retry": status >= 500 or status == 429,
    }
    return errors.Shown(said, status=status, headers=shown.extra)
