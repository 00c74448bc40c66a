"""``/api/transactions``: order, list, look, refresh, pay, cancel."""

from __future__ import annotations

from litestar import Router

from konter.web.api.order import post_create
from konter.web.api.order_cancel import post_cancel
from konter.web.api.order_look import get_list, get_one
from konter.web.api.order_pay import post_pay
from konter.web.api.order_refresh import get_refresh
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.page.permits import OWN


def routes() -> Router:
    """All of them for whoever brings a token; each sees their own orders only."""
    return Router(
        "/transactions",
        route_handlers=[get_list, post_create, get_one, get_refresh, post_pay, post_cancel],
        before_request=signed_in,
        security=BEARER_SECURITY,
        opt=OWN,
    )
