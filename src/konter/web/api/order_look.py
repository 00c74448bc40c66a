"""``GET /api/transactions``: a buyer's own, one page of them or one."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from msgspec import UNSET, Struct, UnsetType

from konter.orders.read import NotYours, OrderNotFound, order_of, page_of
from konter.orders.states import BALANCE
from konter.web.answer import Answer
from konter.web.api.new_transaction import TAGS
from konter.web.api.order_payment import payment_of
from konter.web.api.transaction_view import TransactionView, view
from konter.web.errors import refusals
from konter.web.payment_view import PaymentView
from konter.web.request import RowId, SiteRequest

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


@get("/", summary="Daftar transaksi", tags=TAGS)
async def get_list(
    request: SiteRequest, page: Annotated[int, QueryParameter(ge=1, le=10**9)] = 1
) -> Answer[Page]:
    """The newest first, 20 a page."""
    async with request.desks.db.read() as tx:
        orders, total = await page_of(tx, request.user.id, page=page, per_page=PER_PAGE)
    return Answer(Page(page, [view(order) for order in orders], PER_PAGE, total))


@get(
    "/{transaction_id:int}",
    summary="Lihat transaksi",
    responses=refusals(OrderNotFound, NotYours),
    tags=TAGS,
)
async def get_one(request: SiteRequest, transaction_id: RowId) -> Answer[One]:
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
        if order.payment_method == BALANCE:
            return Answer(One(view(order)))
        return Answer(One(view(order), await payment_of(request, tx, order)))
