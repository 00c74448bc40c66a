"""``/api/deposits``: money into the wallet by a payment channel."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter
from msgspec import Struct

from konter.funding.deposits import DepositNotFound, NotYourDeposit, deposit_of, deposits_of
from konter.funding.states import Purpose
from konter.web.answer import Answer
from konter.web.api.deposit_acts import DepositCode, get_refresh, post_cancel
from konter.web.api.deposit_order import post_create
from konter.web.api.deposit_pay import post_pay
from konter.web.api.deposit_view import TAGS, DepositView, OneDeposit, deposit_view, with_payment
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.errors import refusals
from konter.web.page.permits import OWN
from konter.web.payment_wait import look
from konter.web.request import SiteRequest

PER_PAGE = 20


class DepositPage(Struct):
    current_page: int
    data: list[DepositView]
    per_page: int
    total: int


def routes() -> Router:
    """All of them for whoever brings a token; each sees their own deposits only."""
    return Router(
        "/deposits",
        route_handlers=[post_create, get_list, get_one, get_refresh, post_cancel, post_pay],
        before_request=signed_in,
        security=BEARER_SECURITY,
        opt=OWN,
    )


@get("/", summary="Daftar deposit", tags=TAGS)
async def get_list(
    request: SiteRequest, page: Annotated[int, QueryParameter(ge=1, le=10**9)] = 1
) -> Answer[DepositPage]:
    """The newest first, 20 a page."""
    async with request.desks.db.read() as tx:
        found, total = await deposits_of(tx, request.user.id, page=page, per_page=PER_PAGE)
    return Answer(DepositPage(page, [deposit_view(one) for one in found], PER_PAGE, total))


@get(
    "/{code:str}",
    summary="Lihat deposit",
    responses=refusals(DepositNotFound, NotYourDeposit),
    tags=TAGS,
)
async def get_one(request: SiteRequest, code: DepositCode) -> Answer[OneDeposit]:
    """The deposit and what there is to pay."""
    now = request.shop.orders.clock.now()
    async with request.desks.db.read() as tx:
        deposit = await deposit_of(tx, code, request.user.id)
        payable = await look(tx, Purpose.DEPOSIT, deposit.id, now=now)
    return Answer(with_payment(deposit, payable))
