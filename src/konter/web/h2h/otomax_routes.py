"""``/otomax``: the doors that an Otomax knows."""

from __future__ import annotations

from litestar import Router

from konter.web.h2h import bill_routes, otomax_line
from konter.web.h2h.otomax_balance import get_balance
from konter.web.h2h.otomax_ticket import get_ticket
from konter.web.h2h.otomax_trx import get_trx
from konter.web.page.permits import MEMBER


def routes() -> Router:
    return Router(
        "/otomax",
        route_handlers=[get_trx, get_balance, get_ticket, bill_routes.by_query()],
        exception_handlers=otomax_line.HANDLERS,
        opt=MEMBER,
    )
