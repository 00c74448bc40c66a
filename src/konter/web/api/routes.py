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


def routes() -> Router:
    """Its answers are never stored by anybody (the site's edge sees to it)."""
    return Router(
        "/api",
        route_handlers=[
            auth.routes(),
            *catalogue.ROUTES,
            transactions.routes(),
            guest_orders.routes(),
            meter.get_meter,
            payment_channels.get_payment_channels,
            deposits.routes(),
            wallet.routes(),
        ],
    )
