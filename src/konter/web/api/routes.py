"""All of ``/api``, by topic."""

from __future__ import annotations

from litestar import Router

from konter.web.api import (
    auth,
    catalogue,
    deposits,
    guest_orders,
    meter,
    payment_channels,
    transactions,
    wallet,
)
from konter.web.page.permits import ANYBODY


def routes() -> Router:
    """Its answers are never stored by anybody (the site's edge sees to it)."""
    for_anybody = [
        *catalogue.ROUTES,
        meter.get_meter,
        payment_channels.get_payment_channels,
    ]
    return Router(
        "/api",
        route_handlers=[
            auth.routes(),
            Router("/", route_handlers=for_anybody, opt=ANYBODY),
            transactions.routes(),
            guest_orders.routes(),
            deposits.routes(),
            wallet.routes(),
        ],
    )
