"""The shop's pages."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.store import bill_routes, order_acts, order_page, payment_pages
from konter.web.store.brand import get_brand
from konter.web.store.checkout import post_brand
from konter.web.store.find_order import get_find, post_find
from konter.web.store.home import get_category, get_home
from konter.web.store.number import get_number
from konter.web.store.refund_account import post_account
from konter.web.store.search import get_product_page, get_search

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_home,
    get_category,
    get_brand,
    post_brand,
    get_number,
    get_search,
    get_product_page,
    *bill_routes.ROUTES,
    get_find,
    post_find,
    *order_page.ROUTES,
    *order_acts.ROUTES,
    post_account,
    *payment_pages.ROUTES,
]
