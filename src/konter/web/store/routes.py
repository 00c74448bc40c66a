"""The shop's pages."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.store import order_acts, order_page, payment_pages
from konter.web.store.find_order import get_find, post_find
from konter.web.store.home import get_home
from konter.web.store.refund_account import post_account

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_home,
    get_find,
    post_find,
    *order_page.ROUTES,
    *order_acts.ROUTES,
    post_account,
    *payment_pages.ROUTES,
]
