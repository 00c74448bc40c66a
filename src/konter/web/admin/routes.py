"""The office."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import desk_routes, money_routes, notices, people_routes, prices_routes

ROUTES: Final[list[ControllerRouterHandler]] = [
    *desk_routes.ROUTES,
    *prices_routes.ROUTES,
    *people_routes.ROUTES,
    *money_routes.ROUTES,
    *notices.ROUTES,
]
