"""The routes for bills: in JSON under ``/api/v1``, and by query under ``/otomax``."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from konter.web.h2h.bill_check import post_check
from konter.web.h2h.bill_lookup import get_bill
from konter.web.h2h.bill_pay import post_pay
from konter.web.h2h.caller import SECURITY
from konter.web.h2h.meter import get_meter
from konter.web.h2h.otomax_bills import get_check, get_pay


def in_json() -> list[ControllerRouterHandler]:
    """And whose meter it is, which is asked before a token is bought."""
    return [Router("/pascabayar", route_handlers=[post_check, post_pay, get_bill]), get_meter]


def by_query() -> Router:
    return Router("/pascabayar", route_handlers=[get_check, get_pay], security=SECURITY)
