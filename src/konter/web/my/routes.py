"""Signing in, and what belongs to whoever has."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.my import order_page
from konter.web.my.dashboard import get_dashboard
from konter.web.my.sign_in import get_sign_in, post_sign_in, post_sign_out
from konter.web.my.sign_up import get_sign_up, post_sign_up

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_dashboard,
    *order_page.ROUTES,
    get_sign_in,
    post_sign_in,
    post_sign_out,
    get_sign_up,
    post_sign_up,
]
