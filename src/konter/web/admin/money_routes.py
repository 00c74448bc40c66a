"""The office's pages about money."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import adjustments, payment, refunds, reports, settlements
from konter.web.admin.payments import get_payments

ROUTES: Final[list[ControllerRouterHandler]] = [
    *adjustments.ROUTES,
    get_payments,
    *payment.ROUTES,
    *refunds.ROUTES,
    *settlements.ROUTES,
    *reports.ROUTES,
]
