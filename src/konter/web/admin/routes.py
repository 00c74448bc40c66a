"""The office."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import notices

ROUTES: Final[list[ControllerRouterHandler]] = [*notices.ROUTES]
