"""``POST /api/deposits/{code}/pay``: a link for a deposit that is not paid yet, or a new one."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.funding.channels import AmountOutside, ChannelClosed
from konter.funding.deposit import buyer_of
from konter.funding.deposits import (
    DepositCancelled,
    DepositExpired,
    DepositNotFound,
    DepositPaid,
    NotYourDeposit,
)
from konter.funding.invoice import TooManyLinks
from konter.funding.renew_deposit import renew_deposit
from konter.funding.states import Purpose
from konter.web.answer import Answer
from konter.web.api.deposit_acts import DepositCode
from konter.web.api.deposit_view import TAGS, OneDeposit, with_payment
from konter.web.errors import refusals
from konter.web.payment_wait import link_made
from konter.web.request import SiteRequest


class PayDepositAgain(Struct, frozen=True):
    """``payment_method``: another channel; absent: the one chosen last."""

    payment_method: Annotated[str, Meta(max_length=100)] | None = None
    customer_phone: Annotated[str, Meta(max_length=30)] | None = None


AS_BEFORE: Final = PayDepositAgain()


@post(
    "/{code:str}/pay",
    summary="Bayar deposit",
    status_code=200,
    responses=refusals(
        DepositNotFound,
        NotYourDeposit,
        DepositPaid,
        DepositCancelled,
        DepositExpired,
        TooManyLinks,
        ChannelClosed,
        AmountOutside,
    ),
    tags=TAGS,
)
async def post_pay(
    request: SiteRequest, code: DepositCode, data: JSONBody[PayDepositAgain] = AS_BEFORE
) -> Answer[OneDeposit]:
    """The link that can be paid, made anew where it is over, or by another ``payment_method``."""
    shop, person = request.shop, request.user
    deposit = await renew_deposit(
        shop.orders.funding,
        code,
        user_id=person.id,
        channel=data.payment_method,
        buyer=buyer_of(name=person.name, email=person.email, phone=data.customer_phone),
    )
    payable = await link_made(shop, Purpose.DEPOSIT, deposit.id)
    return Answer(with_payment(deposit, payable, message="Silakan lanjutkan pembayaran"))
