"""``/api/transactions``: order, list, look, refresh, pay, cancel."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.params import QueryParameter
from msgspec import UNSET, Struct, UnsetType

from konter.ledger.read import balance
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.read import NotYours, OrderNotFound, order_of, page_of
from konter.orders.states import BALANCE
from konter.web.answer import Answer
from konter.web.api import order, order_pay, order_refresh
from konter.web.api.new_transaction import TAGS, Created, TransactionId
from konter.web.api.order_payment import payment_of
from konter.web.api.payment_view import PaymentView
from konter.web.api.transaction_view import TransactionView, view
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.errors import refusals
from konter.web.request import SiteRequest

PER_PAGE = 20


class Page(Struct):
    current_page: int
    data: list[TransactionView]
    per_page: int
    total: int


class One(Struct):
    """``payment``: how to pay, of one that is not paid from the balance."""

    transaction: TransactionView
    payment: PaymentView | UnsetType = UNSET


def routes() -> Router:
    """All of them for whoever brings a token; each sees their own orders only."""
    return Router(
        "/transactions",
        route_handlers=[
            get_list,
            order.post_create,
            get_one,
            order_refresh.get_refresh,
            order_pay.post_pay,
            post_cancel,
        ],
        before_request=signed_in,
        security=BEARER_SECURITY,
    )


@get("/", summary="Daftar transaksi", tags=TAGS)
async def get_list(
    request: SiteRequest, page: Annotated[int, QueryParameter(ge=1, le=10**9)] = 1
) -> Answer[Page]:
    """The newest first, 20 a page."""
    async with request.desks.db.read() as tx:
        orders, total = await page_of(tx, request.user.id, page=page, per_page=PER_PAGE)
    return Answer(Page(page, [view(one) for one in orders], PER_PAGE, total))


@get(
    "/{transaction_id:int}",
    summary="Lihat transaksi",
    responses=refusals(OrderNotFound, NotYours),
    tags=TAGS,
)
async def get_one(request: SiteRequest, transaction_id: TransactionId) -> Answer[One]:
    async with request.desks.db.read() as tx:
        found = await order_of(tx, transaction_id, request.user.id)
        if found.payment_method == BALANCE:
            return Answer(One(view(found)))
        return Answer(One(view(found), await payment_of(request, tx, found)))


@post(
    "/{transaction_id:int}/cancel",
    summary="Batalkan transaksi yang belum dikirim",
    status_code=200,
    responses=refusals(OrderNotFound, NotYours, CannotCancel),
    tags=TAGS,
)
async def post_cancel(request: SiteRequest, transaction_id: TransactionId) -> Answer[Created]:
    """Give the balance back for an order that was not sent yet, or give up an unpaid one."""
    user_id = request.user.id
    await cancel(
        request.shop.orders, transaction_id, user_id=user_id, because="cancelled by its buyer"
    )
    async with request.desks.db.read() as tx:
        found = await order_of(tx, transaction_id, user_id)
        left = await balance(tx, user_id)
    return Answer(Created("Transaksi dibatalkan", view(found), left.wire()))
