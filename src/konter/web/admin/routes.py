"""The office."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import money_routes

ROUTES: Final[list[ControllerRouterHandler]] = [*money_routes.ROUTES]
