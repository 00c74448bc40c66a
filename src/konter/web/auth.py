"""Who is asking, decided before anything else of the request is read.

``before_request`` instead of a framework guard: a guard copies its handler for every request.
A router has exactly one, and a handler that names its own replaces its router's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request

from konter.people.permits import Person, Role, SecondStepFirst, Unauthenticated, require
from konter.web.request import SiteRequest

BEARER_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]
"""For the ``security`` of a router whose routes need a token."""

PERHAPS_BEARER: list[dict[str, list[str]]] = [{}, *BEARER_SECURITY]
"""For the ``security`` of a route for anybody that refuses a token which is none."""


async def signed_in(request: Request[Any, Any, Any]) -> None:
    """Put the person on the request. Raises Unauthenticated, SecondStepFirst."""
    assert isinstance(request, SiteRequest)
    token = bearer_token(request)
    sessions = request.desks.sessions
    person = sessions.recall(token) or await sessions.who(token)
    if person is None:
        raise Unauthenticated
    if person.must_enrol:
        raise SecondStepFirst
    request.scope["user"] = person
    request.scope["auth"] = token


def only(*roles: Role) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """Like ``signed_in``, for these roles. Raises Unauthenticated, Forbidden."""

    async def of_role(request: Request[Any, Any, Any]) -> None:
        await signed_in(request)
        person: Person = request.user
        require(person, *roles)

    return of_role


def bearer_token(request: SiteRequest) -> str:
    """The token of ``Authorization: Bearer …``. Raises Unauthenticated if there is none."""
    header = request.raw_header(b"authorization")
    if header is None or header[:7].lower() != b"bearer ":
        raise Unauthenticated
    return header[7:].strip().decode("latin-1")
