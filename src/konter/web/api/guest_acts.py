"""A guest asks for a new link or for news, or gives the order up; the token shows whose it is."""

from __future__ import annotations

from litestar import get, post
from litestar.params import JSONBody

from konter.ledger.wallets import GUEST
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.guests import GuestOrderNotFound, guest_order
from konter.web.answer import Answer
from konter.web.api.guest_view import TAGS, GuestOrder, OrderCode, Token, guest_view
from konter.web.api.order_pay import AS_BEFORE, RENEW_REFUSALS, SAID, PayAgain
from konter.web.api.order_payment import pay_again
from konter.web.api.order_refresh import refresh
from konter.web.errors import refusals
from konter.web.request import SiteRequest


@post(
    "/{code:str}/pay",
    summary="Bayar pesanan tanpa akun",
    status_code=200,
    responses=refusals(GuestOrderNotFound, *RENEW_REFUSALS),
    tags=TAGS,
)
async def post_guest_pay(
    request: SiteRequest,
    code: OrderCode,
    token: Token = "",
    data: JSONBody[PayAgain] = AS_BEFORE,
) -> Answer[GuestOrder]:
    """The link that can be paid, made anew where it is over, or by another ``payment_method``."""
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
    await pay_again(request, order.id, user_id=GUEST, channel=data.payment_method)
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
        return Answer(await guest_view(request, tx, order, message=SAID))


@post(
    "/{code:str}/cancel",
    summary="Batalkan pesanan tanpa akun",
    status_code=200,
    responses=refusals(GuestOrderNotFound, CannotCancel),
    tags=TAGS,
)
async def post_guest_cancel(
    request: SiteRequest, code: OrderCode, token: Token = ""
) -> Answer[GuestOrder]:
    """An order that was not sent yet; what was paid for it goes back."""
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
    because = "cancelled by its buyer, a guest"
    await cancel(request.shop.orders, order.id, user_id=GUEST, because=because)
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
        return Answer(await guest_view(request, tx, order, message="Pesanan dibatalkan"))


@get(
    "/{code:str}/refresh-status",
    summary="Periksa status pesanan tanpa akun",
    responses=refusals(GuestOrderNotFound),
    tags=TAGS,
)
async def get_guest_refresh(
    request: SiteRequest, code: OrderCode, token: Token = ""
) -> Answer[GuestOrder]:
    """Bring the next question to the gateway, or to the upstream, forward, and wait briefly."""
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
    refreshed = await refresh(request, order)
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
        return Answer(await guest_view(request, tx, order, message=refreshed.message))
