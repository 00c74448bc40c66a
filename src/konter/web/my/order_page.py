"""``/my/orders/{id}``: an account's own order, and what its buyer can do with it."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post

from konter.orders.read import NotYours, OrderNotFound, order_of
from konter.web.page.permits import OWN
from konter.web.page.render import Page
from konter.web.request import RowId, SiteRequest
from konter.web.track.acts import cancel_by_form, refresh_by_form
from konter.web.track.live import live
from konter.web.track.place import Place, accounts_place
from konter.web.track.receipt import OwnPrice, Paper, receipt_page
from konter.web.track.shown import order_page, qr_answer


async def own_place(request: SiteRequest, order_id: int) -> Place:
    """Of one's own order. Raises OrderNotFound, for somebody else's as well."""
    async with request.desks.db.read() as tx:
        try:
            return accounts_place(await order_of(tx, order_id, request.user.id))
        except NotYours as error:
            raise OrderNotFound from error


@get("/my/orders/{order_id:int}", include_in_schema=False, opt=OWN)
async def get_order(request: SiteRequest, order_id: RowId) -> Page:
    return await order_page(request, await own_place(request, order_id))


@get("/my/orders/{order_id:int}/bagian", include_in_schema=False, opt=OWN)
async def get_part(request: SiteRequest, order_id: RowId) -> Page:
    """The part of the page that changes: the page's script puts it in place of the old one."""
    place = await own_place(request, order_id)
    return await order_page(request, place, template="parts/order.html")


@get("/my/orders/{order_id:int}/peristiwa", include_in_schema=False, opt=OWN)
async def get_stream(request: SiteRequest, order_id: RowId) -> Response[bytes]:
    return live(request, (await own_place(request, order_id)).order.id)


@get("/my/orders/{order_id:int}/struk", include_in_schema=False, opt=OWN)
async def get_receipt(
    request: SiteRequest, order_id: RowId, paper: Paper = "80", own_price: OwnPrice = ""
) -> Page:
    place = await own_place(request, order_id)
    return await receipt_page(request, place, paper=paper, own_price=own_price)


@get("/my/orders/{order_id:int}/qr.png", include_in_schema=False, opt=OWN)
async def get_qr(request: SiteRequest, order_id: RowId) -> Response[bytes]:
    return await qr_answer(request, await own_place(request, order_id))


@post("/my/orders/{order_id:int}/refresh", include_in_schema=False, opt=OWN, status_code=200)
async def post_refresh(request: SiteRequest, order_id: RowId) -> Response[str]:
    return await refresh_by_form(request, await own_place(request, order_id))


@post("/my/orders/{order_id:int}/cancel", include_in_schema=False, opt=OWN, status_code=200)
async def post_cancel(request: SiteRequest, order_id: RowId) -> Response[str]:
    """Give the balance back for an order that was not sent yet, or give up an unpaid one."""
    place, because = await own_place(request, order_id), "cancelled by its buyer"
    return await cancel_by_form(request, place, user_id=request.user.id, because=because)


ROUTES: Final = [
    get_order,
    get_part,
    get_stream,
    get_receipt,
    get_qr,
    post_refresh,
    post_cancel,
]
