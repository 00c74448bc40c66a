"""The office."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import prices_routes

ROUTES: Final[list[ControllerRouterHandler]] = [*prices_routes.ROUTES]
