"""What machines call: upstreams tell us news, members' servers order."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from konter.web.callbacks import routes as callbacks
from konter.web.h2h import routes as h2h
from konter.web.page.permits import UPSTREAM


def routes() -> list[ControllerRouterHandler]:
    return [Router("/", route_handlers=callbacks.ROUTES, opt=UPSTREAM), *h2h.routes()]
