"""The shop's pages."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.store import payment_pages
from konter.web.store.home import get_home

ROUTES: Final[list[ControllerRouterHandler]] = [get_home, *payment_pages.ROUTES]
