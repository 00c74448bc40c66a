"""``/api/transactions``: order by balance, list, look, refresh, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Router, get, post
from litestar.params import PathParameter, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from konter.kernel.clock import iso
from konter.ledger.read import balance
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.hasten import hasten
from konter.orders.newsroom import first_news
from konter.orders.read import NotYours, OrderNotFound, next_check_at, order_of, page_of
from konter.web.answer import Answer
from konter.web.api.order_by_balance import TAGS, Created, post_create
from konter.web.api.transaction_view import TransactionView, view
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.errors import refusals
from konter.web.request import SiteRequest

PER_PAGE = 20

TransactionId = Annotated[int, PathParameter(le=2**63 - 1)]


class Page(Struct):
    current_page: int
    data: list[TransactionView]
    per_page: int
    total: int


class One(Struct):
    transaction: TransactionView


class Refreshed(Struct):
    """``raw_response``: the upstream's last words; ``next_check_at``: when it is asked again."""

    message: str
    transaction: TransactionView
    raw_response: str | UnsetType | None = UNSET
    next_check_at: str | UnsetType | None = UNSET


def routes() -> Router:
    """All of them for whoever brings a token; each sees their own orders only."""
    return Router(
        "/transactions",
        route_handlers=[get_list, post_create, get_one, get_refresh, post_cancel],
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
    return Answer(Page(page, [view(order) for order in orders], PER_PAGE, total))


@get(
    "/{transaction_id:int}",
    summary="Lihat transaksi",
    responses=refusals(OrderNotFound, NotYours),
    tags=TAGS,
)
async def get_one(request: SiteRequest, transaction_id: TransactionId) -> Answer[One]:
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
    return Answer(One(view(order)))


@get(
    "/{transaction_id:int}/refresh-status",
    summary="Periksa status ke penyedia",
    responses=refusals(OrderNotFound, NotYours),
    tags=TAGS,
)
async def get_refresh(request: SiteRequest, transaction_id: TransactionId) -> Answer[Refreshed]:
    """Bring the next question to the upstream forward and wait briefly for its answer.

    Within the upstream's least gap (60 s) the stored answer is repeated, with ``next_check_at``.
    """
    shop = request.shop
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
    if order.is_final:
        return Answer(Refreshed("Transaksi sudah selesai", view(order)))
    due = await hasten(shop.orders, order.id)
    if due is not None and due <= shop.orders.clock.now():
        order = await first_news(
            shop.orders, shop.newsroom, order, at_most_s=shop.first_news_wait_s
        )
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
        next_check = await next_check_at(tx, order.id)
    return Answer(
        Refreshed(
            "Status berhasil diperbarui", view(order), order.last_words, _iso_or_none(next_check)
        )
    )


@post(
    "/{transaction_id:int}/cancel",
    summary="Batalkan transaksi yang belum dikirim",
    status_code=200,
    responses=refusals(OrderNotFound, NotYours, CannotCancel),
    tags=TAGS,
)
async def post_cancel(request: SiteRequest, transaction_id: TransactionId) -> Answer[Created]:
    """Give the balance back for an order that was not sent yet."""
    user_id = request.user.id
    await cancel(
        request.shop.orders, transaction_id, user_id=user_id, because="cancelled by its buyer"
    )
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, user_id)
        left = await balance(tx, user_id)
    return Answer(Created("Transaksi dibatalkan", view(order), left.wire()))


def _iso_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
