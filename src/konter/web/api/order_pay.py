"""``POST /api/transactions/{id}/pay``: a link for an order that is not paid yet, or a new one."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.funding.channels import AmountOutside, ChannelClosed
from konter.funding.invoice import TooManyLinks
from konter.orders.read import NotYours, OrderNotFound
from konter.orders.renew import AlreadyPaid, OrderCancelled, OrderExpired
from konter.web.answer import Answer
from konter.web.api.new_transaction import TAGS
from konter.web.api.order_payment import pay_again
from konter.web.api.transaction_view import TransactionView, view
from konter.web.errors import refusals
from konter.web.payment_view import PaymentView
from konter.web.request import RowId, SiteRequest

SAID: Final = "Silakan lanjutkan pembayaran"

RENEW_REFUSALS: Final = (
    AlreadyPaid,
    OrderCancelled,
    OrderExpired,
    TooManyLinks,
    ChannelClosed,
    AmountOutside,
)


class PayAgain(Struct, frozen=True):
    """``payment_method``: another channel; absent: the one chosen last."""

    payment_method: Annotated[str, Meta(max_length=100)] | None = None


AS_BEFORE: Final = PayAgain()


class ToPay(Struct):
    message: str
    transaction: TransactionView
    payment: PaymentView


@post(
    "/{transaction_id:int}/pay",
    summary="Bayar transaksi",
    status_code=200,
    responses=refusals(OrderNotFound, NotYours, *RENEW_REFUSALS),
    tags=TAGS,
)
async def post_pay(
    request: SiteRequest, transaction_id: RowId, data: JSONBody[PayAgain] = AS_BEFORE
) -> Answer[ToPay]:
    """The link that can be paid, made anew where it is over, or by another ``payment_method``.

    A link that cannot be made is told in ``payment.message``; the order stays payable.
    """
    order, payment = await pay_again(
        request, transaction_id, user_id=request.user.id, channel=data.payment_method
    )
    return Answer(ToPay(SAID, view(order), payment))
