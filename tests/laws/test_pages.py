"""Every page says who may come to it, in the one table."""

from __future__ import annotations

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from konter.web.page.guard import guarded
from konter.web.page.permits import who_of
from konter.web.pages import routes
from konter.web.request import SiteRequest


def test_every_page_stands_behind_the_guard_and_in_the_table() -> None:
    site = Litestar(routes(), request_class=SiteRequest)
    for route in site.routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler)
            if handler.fn.__module__.startswith("konter."):
                assert who_of(handler.opt) is not None, route.path
                before = handler.resolve_before_request()
                assert route.path.startswith("/static") or before is guarded, route.path
