"""The whole site: its routes, its edge, and what every answer carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import msgspec
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPI
from litestar.types import (
    ControllerRouterHandler,
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Message,
    Receive,
    Scope,
    Send,
)

from konter.web import health, machines, pages
from konter.web.api import routes as api
from konter.web.body import BodyReader
from konter.web.desks import Desks
from konter.web.metrics import requests
from konter.web.my.pay import post_my_pay
from konter.web.openapi import document_errors, openapi_config
from konter.web.page.problems import with_pages
from konter.web.request import SiteRequest
from konter.web.vitals import Vitals

MOST_BODY_BYTES = 64 * 1024

NOSNIFF = (b"x-content-type-options", b"nosniff")
NO_STORE = (b"cache-control", b"no-store")
PAGE_HEADERS = (
    NOSNIFF,
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        b" connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
)


class Site(Litestar):
    """The application with its desks; its own ASGI entry counts and completes every answer."""

    def __init__(self, desks: Desks, routes: Sequence[ControllerRouterHandler]) -> None:
        self.readers: dict[HTTPRouteHandler, BodyReader[msgspec.Struct]] = {}
        self.move_to(desks)
        super().__init__(
            routes,
            request_class=SiteRequest,
            exception_handlers=with_pages(),
            openapi_config=openapi_config(),
            request_max_body_size=MOST_BODY_BYTES,
            logging_config=None,
        )
        self._is_documented = False

    def move_to(self, desks: Desks) -> None:
        """Answer from these desks, and count from nothing. Building the routes takes a good part of
        a tenth of a second; a site that serves nobody now can serve another house."""
        self.desks = desks
        self.clock = desks.people.clock
        self.requests = requests()
        self.vitals = Vitals()
        desks.registry.register(self.requests)
        desks.registry.register(self.vitals)

    def hang_up(self) -> None:
        """End what would be under way for minutes: before the server is told to stop."""
        self.vitals.streams.end()

    @property
    def openapi_schema(self) -> OpenAPI:
        """Made when somebody asks for it: it takes longer than all the rest of the site."""
        document = super().openapi_schema
        if not self._is_documented:
            document_errors(document)
            self._is_documented = True
        return document

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        await self._serve(cast(HTTPScope, scope), receive, send)

    async def _serve(
        self, scope: HTTPScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        started = self.clock.monotonic()
        status = 500

        async def complete(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _completed(scope["path"], message["headers"])
            await send(message)  # type: ignore[arg-type]

        try:
            await super().__call__(scope, receive, complete)
        finally:
            route = (str(scope["method"]), scope.get("path_template") or "(none)", status)
            self.requests.saw(route, self.clock.monotonic() - started)


def build_site(desks: Desks) -> Site:
    """The ASGI application. Serves ``/api``, machines, pages and health."""
    return Site(desks, routes())


def routes() -> list[ControllerRouterHandler]:
    """Every route by topic; ``/api`` answers are never stored by anybody."""
    return [
        health.healthz,
        health.readyz,
        health.metrics,
        *machines.routes(),
        post_my_pay,
        *pages.routes(),
        api.routes(),
    ]


def _completed(path: str, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What the route set stands; the rest is added."""
    complete = [*headers]
    if not path.startswith("/api/"):
        return [*complete, *PAGE_HEADERS]
    complete.append(NOSNIFF)
    if all(name != b"cache-control" for name, _ in headers):
        complete.append(NO_STORE)
    return complete
