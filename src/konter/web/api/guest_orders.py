"""``/api/guest/orders``: buy without an account, and find the order again by code and token."""

from __future__ import annotations

from litestar import Router, get

from konter.orders.guests import GuestOrderNotFound, guest_order
from konter.web.answer import Answer
from konter.web.api import guest_acts, guest_find, guest_order_post, guest_refund
from konter.web.api.guest_view import TAGS, GuestOrder, OrderCode, Token, guest_view
from konter.web.errors import refusals
from konter.web.page.permits import ANYBODY, HOLDER
from konter.web.request import SiteRequest


def routes() -> Router:
    """For anybody; what an order is about is told only to who proves to be its buyer."""
    return Router(
        "/guest/orders",
        opt=HOLDER,
        route_handlers=[
            Router(
                "/",
                route_handlers=[guest_order_post.post_guest_order, guest_find.post_find],
                opt=ANYBODY,
            ),
            get_guest_order,
            guest_acts.post_guest_pay,
            guest_acts.post_guest_cancel,
            guest_acts.get_guest_refresh,
            guest_refund.post_refund_account,
        ],
    )


@get(
    "/{code:str}",
    summary="Lihat pesanan tanpa akun",
    responses=refusals(GuestOrderNotFound),
    tags=TAGS,
)
async def get_guest_order(
    request: SiteRequest, code: OrderCode, token: Token = ""
) -> Answer[GuestOrder]:
    """The order, what there is to pay, and the way of any money that goes back."""
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
        return Answer(await guest_view(request, tx, order))
