"""Signing in, and what belongs to whoever has."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.my import (
    machine_routes,
    money_routes,
    new_order,
    notice_settings,
    notices,
    order_page,
    orders,
    profile,
    sign_routes,
    two_factor,
)
from konter.web.my.dashboard import get_dashboard

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_dashboard,
    *sign_routes.ROUTES,
    *orders.ROUTES,
    *order_page.ROUTES,
    *new_order.ROUTES,
    *money_routes.ROUTES,
    *notices.ROUTES,
    *notice_settings.ROUTES,
    *profile.ROUTES,
    *two_factor.ROUTES,
    *machine_routes.ROUTES,
]
