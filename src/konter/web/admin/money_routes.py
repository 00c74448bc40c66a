"""The office's pages about people and money."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import (
    adjustments,
    member_acts,
    payments,
    refunds,
    reports,
    settlements,
    user,
    user_acts,
    user_money,
)
from konter.web.admin.audit import get_audit
from konter.web.admin.users import get_users

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_users,
    *user.ROUTES,
    *user_acts.ROUTES,
    *user_money.ROUTES,
    *member_acts.ROUTES,
    *adjustments.ROUTES,
    *payments.ROUTES,
    *refunds.ROUTES,
    *settlements.ROUTES,
    *reports.ROUTES,
    get_audit,
]
