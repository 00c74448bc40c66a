"""``POST /pesanan/{code}/rekening``: where a guest's refund is to be sent."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, post
from msgspec import Meta, Struct

from konter.funding.refund_account import note_refund_account
from konter.funding.states import Purpose
from konter.kernel.errors import Refused
from konter.web.api.guest_view import OrderCode, Token
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import HOLDER
from konter.web.page.render import go
from konter.web.request import SiteRequest
from konter.web.store.order_page import deciders_place
from konter.web.track.shown import order_page

Text = Annotated[str, Meta(max_length=200)]


class Account(Struct):
    """``bank``: or an e-wallet; ``number``: of the account there."""

    bank: Text
    number: Text
    holder: Text


@post("/pesanan/{code:str}/rekening", include_in_schema=False, opt=HOLDER, status_code=200)
async def post_account(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[str]:
    """The latest word counts."""
    place = await deciders_place(request, code, token)
    typed = {"bank": "", "number": "", "holder": "", **await fields_of(request)}
    try:
        said = read_form(typed, Account)
        await note_refund_account(
            request.shop.orders.funding,
            Purpose.ORDER,
            place.order.id,
            bank=said.bank,
            number=said.number,
            holder=said.holder,
        )
    except Refused as error:
        return await order_page(request, place, typed=typed, error=error)
    return go(request, place.page, said=visit(request).say("Rekening tujuan sudah kami catat"))
