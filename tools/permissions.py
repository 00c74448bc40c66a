"""Every address of the site with who may call it, read from the application itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from konter.web.page.permits import Who, who_of
from konter.web.request import SiteRequest
from konter.web.site import routes

NOBODY = Who("(no entry)", frozenset())


@dataclass(frozen=True)
class Entry:
    """``path`` has its parameters in braces: ``/my/orders/{order_id}``."""

    method: str
    path: str
    who: Who
    handler: HTTPRouteHandler


@cache
def entries() -> list[Entry]:
    """By address. The document of the API, which the framework serves, is not among them."""
    site = Litestar(routes(), request_class=SiteRequest, openapi_config=None, logging_config=None)
    found = [
        Entry(method, route.path_format, who_of(handler.opt) or NOBODY, handler)
        for route in site.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in sorted(handler.http_methods - {"OPTIONS"})
        if handler.fn.__module__.startswith("konter.")
    ]
    return sorted(found, key=lambda one: (one.path, one.method))
