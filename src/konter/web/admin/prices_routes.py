"""The office's pages about what is sold, where it is bought, and how this shop is set up."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import (
    bills,
    breakers,
    buying_routes,
    markup,
    pauses,
    product,
    proposals,
    settings_in_force,
    upstream_tests,
)
from konter.web.admin.products import get_products

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_products,
    *product.ROUTES,
    *proposals.ROUTES,
    *markup.ROUTES,
    *bills.ROUTES,
    *buying_routes.ROUTES,
    *breakers.ROUTES,
    *pauses.ROUTES,
    *settings_in_force.ROUTES,
    *upstream_tests.ROUTES,
]
