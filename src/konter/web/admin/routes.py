"""The office."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import desk_routes, prices_routes

ROUTES: Final[list[ControllerRouterHandler]] = [*desk_routes.ROUTES, *prices_routes.ROUTES]
