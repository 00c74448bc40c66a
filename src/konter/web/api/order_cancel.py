"""``POST /api/transactions/{id}/cancel``: give up an order that was not sent yet."""

from __future__ import annotations

from litestar import post

from konter.ledger.read import balance
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.read import NotYours, OrderNotFound, order_of
from konter.web.answer import Answer
from konter.web.api.new_transaction import TAGS, Created
from konter.web.api.transaction_view import view
from konter.web.errors import refusals
from konter.web.request import RowId, SiteRequest


@post(
    "/{transaction_id:int}/cancel",
    summary="Batalkan transaksi yang belum dikirim",
    status_code=200,
    responses=refusals(OrderNotFound, NotYours, CannotCancel),
    tags=TAGS,
)
async def post_cancel(request: SiteRequest, transaction_id: RowId) -> Answer[Created]:
    """Give the balance back for an order that was not sent yet, or give up an unpaid one."""
    user_id = request.user.id
    await cancel(
        request.shop.orders, transaction_id, user_id=user_id, because="cancelled by its buyer"
    )
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, user_id)
        left = await balance(tx, user_id)
    return Answer(Created("Transaksi dibatalkan", view(order), left.wire()))
