"""What machines call: upstreams tell us news, members' servers order."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from konter.web.callbacks import routes as callbacks
from konter.web.h2h import routes as h2h


def routes() -> list[ControllerRouterHandler]:
    return [*callbacks.ROUTES, *h2h.routes()]
