"""``POST /api/guest/orders/{code}/refund-account``: where a guest's money is to go."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.funding.refund_account import note_refund_account
from konter.funding.states import Purpose
from konter.orders.guests import GuestOrderNotFound, guest_order
from konter.web.answer import Answer
from konter.web.api.guest_view import TAGS, GuestOrder, OrderCode, Token, guest_view
from konter.web.errors import refusals
from konter.web.request import SiteRequest

Text = Annotated[str, Meta(max_length=200)]


class RefundAccount(Struct):
    """``bank``: of a bank or an e-wallet, ``number``: of the account there."""

    bank: Text
    number: Text
    holder: Text


@post(
    "/{code:str}/refund-account",
    summary="Rekening tujuan pengembalian dana",
    status_code=200,
    responses=refusals(GuestOrderNotFound),
    tags=TAGS,
)
async def post_refund_account(
    data: JSONBody[RefundAccount], request: SiteRequest, code: OrderCode, token: Token = ""
) -> Answer[GuestOrder]:
    """The latest word counts. Money that is owed is paid there by hand."""
    async with request.desks.db.read() as tx:
        order = await guest_order(tx, code, token)
    await note_refund_account(
        request.shop.orders.funding,
        Purpose.ORDER,
        order.id,
        bank=data.bank,
        number=data.number,
        holder=data.holder,
    )
    async with request.desks.db.read() as tx:
        return Answer(await guest_view(request, tx, order, message="Rekening tujuan dicatat"))
