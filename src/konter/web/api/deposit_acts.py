"""A deposit is given up by its user, or its gateway is asked about it now."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import PathParameter

from konter.funding.deposits import (
    DepositCancelled,
    DepositExpired,
    DepositNotFound,
    DepositPaid,
    NotYourDeposit,
    deposit_of,
)
from konter.funding.lapse import cancel_deposit
from konter.funding.states import DepositState, Purpose
from konter.kernel.clock import iso
from konter.web.answer import Answer
from konter.web.api.deposit_view import TAGS, OneDeposit, with_payment
from konter.web.errors import refusals
from konter.web.payment_wait import gateway_asked, look
from konter.web.request import SiteRequest

DepositCode = Annotated[str, PathParameter(max_length=40)]


@post(
    "/{code:str}/cancel",
    summary="Batalkan deposit yang belum dibayar",
    status_code=200,
    responses=refusals(
        DepositNotFound, NotYourDeposit, DepositPaid, DepositCancelled, DepositExpired
    ),
    tags=TAGS,
)
async def post_cancel(request: SiteRequest, code: DepositCode) -> Answer[OneDeposit]:
    """A payment that is made all the same is credited all the same."""
    desk = request.shop.orders.funding
    deposit = await cancel_deposit(desk, code, user_id=request.user.id)
    async with request.desks.db.read() as tx:
        payable = await look(tx, Purpose.DEPOSIT, deposit.id, now=desk.clock.now())
    return Answer(with_payment(deposit, payable, message="Deposit dibatalkan"))


@get(
    "/{code:str}/refresh-status",
    summary="Periksa pembayaran deposit",
    responses=refusals(DepositNotFound, NotYourDeposit),
    tags=TAGS,
)
async def get_refresh(request: SiteRequest, code: DepositCode) -> Answer[OneDeposit]:
    """Bring the next question to the gateway forward, and wait briefly for its answer."""
    shop, user_id = request.shop, request.user.id
    async with request.desks.db.read() as tx:
        deposit = await deposit_of(tx, code, user_id)
    payable, due = await gateway_asked(shop, Purpose.DEPOSIT, deposit.id)
    async with request.desks.db.read() as tx:
        deposit = await deposit_of(tx, code, user_id)
    credited = deposit.state is DepositState.CREDITED
    body = with_payment(
        deposit,
        payable,
        message="Deposit sudah selesai" if credited else "Status berhasil diperbarui",
        next_check_at=None if credited or due is None else iso(due),
    )
    return Answer(body)
