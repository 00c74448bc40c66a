"""The office's pages about people, and about what staff did."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from konter.web.admin import member_acts, member_secrets, user_acts, user_money
from konter.web.admin.audit import get_audit
from konter.web.admin.statement import get_statement
from konter.web.admin.user import get_user
from konter.web.admin.users import get_users

ROUTES: Final[list[ControllerRouterHandler]] = [
    get_users,
    get_user,
    get_statement,
    *user_acts.ROUTES,
    *user_money.ROUTES,
    *member_acts.ROUTES,
    *member_secrets.ROUTES,
    get_audit,
]
