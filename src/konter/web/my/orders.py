"""``/my/orders``: one's own orders, found by state, words and days, and as a CSV file."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get
from litestar.params import PathParameter
from litestar.response import Redirect

from konter.kernel.clock import WIB
from konter.orders.read import NotYours, OrderNotFound, OrderView, id_of_code, order_of
from konter.orders.search_own import Wanted, search_own
from konter.web.my.asked import asked_of, days_of, number_of, query_of
from konter.web.my.csv_file import MOST_ROWS, Cell, csv_file
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PER_PAGE: Final = 20
LOOKED_AT_FOR_FILE: Final = 200_000
STATES: Final = ("pending", "process", "success", "failed", "refund")

HEADING: Final = (
    "kode", "ref_id", "waktu_wib", "produk", "nama_produk", "tujuan", "server", "harga",
    "metode", "status", "sn", "keterangan",
)  # fmt: skip


@get("/my/orders", include_in_schema=False, opt=OWN)
async def get_orders(request: SiteRequest) -> Page:
    """The newest first, a page after the other."""
    asked = asked_of(request)
    days, before = days_of(asked), number_of(asked, "before")
    async with request.desks.db.read() as tx:
        found = await search_own(tx, request.user.id, _wanted(asked), before=before, most=PER_PAGE)
    query = query_of(asked, without="before")
    facts = {
        "orders": found.orders,
        "typed": asked,
        "faults": days.faults,
        "is_filtered": any(asked.get(name) for name in ("q", "state", "from", "to")),
        "older": query_of(asked, without="before", before=found.older) if found.older else "",
        "newest": f"/my/orders{query}" if before else "",
        "file": f"/my/orders.csv{query}",
        "most_rows": MOST_ROWS,
    }
    return page(request, "my/orders.html", facts)


@get("/my/orders.csv", include_in_schema=False, opt=OWN)
async def get_orders_file(request: SiteRequest) -> Response[bytes]:
    """The same list: the newest ten thousand."""
    async with request.desks.db.read() as tx:
        found = await search_own(
            tx,
            request.user.id,
            _wanted(asked_of(request)),
            most=MOST_ROWS,
            looked_at=LOOKED_AT_FOR_FILE,
        )
    return csv_file("pesanan.csv", HEADING, map(_row, found.orders))


@get("/my/orders/code/{code:str}", include_in_schema=False, opt=OWN, status_code=303)
async def get_order_by_code(
    request: SiteRequest, code: Annotated[str, PathParameter(max_length=40)]
) -> Redirect:
    """On to its page. Raises OrderNotFound, of another's as well."""
    async with request.desks.db.read() as tx:
        try:
            order = await order_of(tx, await id_of_code(tx, code), request.user.id)
        except NotYours:
            raise OrderNotFound from None
    return go(request, f"/my/orders/{order.id}")


ROUTES: Final = [get_orders, get_orders_file, get_order_by_code]


def _wanted(asked: dict[str, str]) -> Wanted:
    days, state = days_of(asked), asked.get("state")
    return Wanted(
        state=state if state in STATES else None,
        text=asked.get("q"),
        since=days.since,
        until=days.until,
    )


def _row(order: OrderView) -> tuple[Cell, ...]:
    return (
        order.code,
        order.ref_id,
        f"{order.created_at.astimezone(WIB):%Y-%m-%d %H:%M:%S}",
        order.product_code,
        order.product_name,
        order.target_id,
        order.server_id,
        order.price,
        order.payment_method,
        order.public_state,
        order.serial if order.public_state == "success" else None,
        order.reason,
    )
