"""``POST /api/transactions``: an order, from the balance or by a payment channel."""

from __future__ import annotations

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from konter.funding.channels import AmountOutside, ChannelClosed
from konter.orders.judge import NOT_SOLD
from konter.orders.place import AccountBlocked, NotEnoughBalance
from konter.orders.requests import RefReused
from konter.orders.states import BALANCE
from konter.web.answer import Answer
from konter.web.api.new_transaction import TAGS, Created, NewTransaction
from konter.web.api.order_by_balance import TransactionFailed, order_by_balance
from konter.web.api.order_by_gateway import order_by_gateway
from konter.web.errors import refusals
from konter.web.request import SiteRequest


@post(
    "/",
    summary="Buat transaksi",
    responses=refusals(
        NotEnoughBalance,
        *NOT_SOLD,
        RefReused,
        AccountBlocked,
        TransactionFailed,
        ChannelClosed,
        AmountOutside,
    )
    | {200: ResponseSpec(Created, generate_examples=False, description="Sudah pernah dibuat")},
    tags=TAGS,
)
async def post_create(data: JSONBody[NewTransaction], request: SiteRequest) -> Answer[Created]:
    """From the balance: hold the price, order, and wait a few seconds for first news. By a payment
    channel: order, wait a few seconds for the link, and answer what there is to pay.

    ``Prefer: respond-async`` answers at once. Repeating a ``ref_id`` (or an ``Idempotency-Key``)
    answers 200 with the same order and buys nothing; with other facts it answers 409.
    """
    if data.payment_method is None or data.payment_method == BALANCE:
        return await order_by_balance(data, request)
    return await order_by_gateway(data, request)
