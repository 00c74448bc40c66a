"""``/admin/orders``: finding orders, by whatever one has of them or by what happened when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final

from litestar import Response, get
from litestar.params import QueryParameter

from konter.kernel.clock import WIB
from konter.orders.search import (
    LAST,
    LOOK_BACK,
    UNDECIDED_STATES,
    FoundOrder,
    Wanted,
    find_orders,
    list_orders,
)
from konter.orders.states import OrderState
from konter.web.admin.deed import now
from konter.web.admin.places import day_of, place, place_of
from konter.web.page.permits import STAFF
from konter.web.page.render import go, page
from konter.web.request import SiteRequest

PER_PAGE: Final = 50
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
UNDECIDED: Final = "undecided"

Asked = Annotated[str, QueryParameter()]


@get("/admin/orders", include_in_schema=False, opt=STAFF)
async def get_orders(
    request: SiteRequest,
    *,
    q: Asked = "",
    status: Asked = "",
    account: Asked = "",
    day: Asked = "",
    after: Asked = "",
) -> Response[str]:
    """Lists the newest; one text in the box goes to its order if it names just one. ``after``: the
    time and the number of the last line seen."""
    typed = {"q": q.strip(), "status": status, "account": account, "day": day}
    async with request.desks.db.read() as tx:
        if typed["q"]:
            found = await find_orders(tx, typed["q"])
            if len(found) == 1:
                return go(request, f"/admin/orders/{found[0].id}")
        else:
            wanted = _wanted(request, status, account, day, after=after)
            found = await list_orders(tx, wanted, most=PER_PAGE + 1)
    more = not typed["q"] and len(found) > PER_PAGE
    shown = found if typed["q"] else found[:PER_PAGE]
    facts = {
        "typed": typed,
        "orders": shown,
        "accounts": list(request.shop.orders.providers),
        "states": [UNDECIDED, *(one.value for one in OrderState)],
        "older": _place(shown[-1]) if more else "",
        "look_back": LOOK_BACK.days if _is_bounded(typed) else 0,
    }
    return page(request, "admin/orders.html", facts)


def _wanted(request: SiteRequest, state: str, account: str, day: str, *, after: str) -> Wanted:
    """What cannot be read is not asked for."""
    until, before = now(request), LAST
    since = LONG_AGO
    if named := day_of(day):
        since = datetime.combine(named, time(), WIB)
        until = since + timedelta(days=1) - timedelta(microseconds=1)
    elif _is_bounded({"status": state, "account": account, "day": ""}):
        since = until - LOOK_BACK
    if last_seen := place_of(after):
        until, before = last_seen
    return Wanted(
        since=since,
        until=until,
        before=before,
        state=state if state in set(OrderState) else None,
        account=account or None,
        undecided=state == UNDECIDED,
    )


def _is_bounded(typed: dict[str, str]) -> bool:
    """Whether only the last weeks are looked at: rare lines would else be looked for for ever."""
    if typed["day"] or typed.get("q"):
        return False
    undecided = typed["status"] == UNDECIDED or typed["status"] in UNDECIDED_STATES
    return not undecided and bool(typed["status"] or typed["account"])


def _place(order: FoundOrder) -> str:
    return place(order.created_at, order.id)
