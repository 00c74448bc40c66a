"""The office."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import money_routes, people_routes

ROUTES: Final[list[ControllerRouterHandler]] = [*people_routes.ROUTES, *money_routes.ROUTES]
