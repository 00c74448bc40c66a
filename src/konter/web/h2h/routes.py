"""The doors for members' machines: JSON under ``/api/v1``, and the dialect of Otomax."""

from __future__ import annotations

from litestar import Router

from konter.web.h2h import bill_routes, otomax_routes, problems
from konter.web.h2h.balance import get_balance
from konter.web.h2h.callback_log import get_callbacks
from konter.web.h2h.caller import SECURITY
from konter.web.h2h.order_post import post_order
from konter.web.h2h.order_status import get_order
from konter.web.h2h.price_list import get_products
from konter.web.page.permits import MEMBER


def routes() -> list[Router]:
    """Each with its own words for what goes wrong."""
    orders = Router("/orders", route_handlers=[post_order, get_order])
    asked = [get_products, get_balance, get_callbacks]
    return [
        Router(
            "/api/v1",
            route_handlers=[*asked, orders, *bill_routes.in_json()],
            exception_handlers=problems.HANDLERS,
            security=SECURITY,
            opt=MEMBER,
        ),
        otomax_routes.routes(),
    ]
