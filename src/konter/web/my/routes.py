"""Signing in, and what belongs to whoever has."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.my import (
    callbacks,
    deposit,
    deposits,
    keys,
    mutations,
    new_order,
    notices,
    orders,
    profile,
    two_factor,
)
from konter.web.my.dashboard import get_dashboard
from konter.web.my.sign_in import get_sign_in, post_sign_in, post_sign_out
from konter.web.my.sign_in_code import get_code, post_code
from konter.web.my.sign_up import get_sign_up, post_sign_up

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_dashboard,
    get_sign_in,
    post_sign_in,
    get_code,
    post_code,
    post_sign_out,
    get_sign_up,
    post_sign_up,
    *orders.ROUTES,
    *new_order.ROUTES,
    *deposits.ROUTES,
    *deposit.ROUTES,
    *mutations.ROUTES,
    *notices.ROUTES,
    *profile.ROUTES,
    *two_factor.ROUTES,
    *keys.ROUTES,
    *callbacks.ROUTES,
]
