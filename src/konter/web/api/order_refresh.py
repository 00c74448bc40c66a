"""``GET /api/transactions/{id}/refresh-status``: ask whoever knows, and wait briefly."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from litestar import get
from msgspec import UNSET, Struct, UnsetType

from konter.kernel.clock import iso
from konter.orders.hasten import hasten
from konter.orders.newsroom import first_news
from konter.orders.read import NotYours, OrderNotFound, OrderView, next_check_at, order_of
from konter.orders.states import BALANCE, OrderState
from konter.web.answer import Answer
from konter.web.api.new_transaction import TAGS
from konter.web.api.order_payment import payment_asked, payment_of
from konter.web.api.transaction_view import TransactionView, view
from konter.web.errors import refusals
from konter.web.payment_view import PaymentView
from konter.web.request import RowId, SiteRequest

REFRESHED: Final = "Status berhasil diperbarui"
FINISHED: Final = "Transaksi sudah selesai"

UNPAID: Final = frozenset({OrderState.AWAITING_PAYMENT, OrderState.EXPIRED, OrderState.CANCELLED})
"""States in which a payment may still come, of orders that are paid through a gateway."""


class Refreshed(Struct):
    """``raw_response``: the upstream's last words; ``next_check_at``: when it is asked again."""

    message: str
    transaction: TransactionView
    raw_response: str | UnsetType | None = UNSET
    next_check_at: str | UnsetType | None = UNSET
    payment: PaymentView | UnsetType = UNSET


@get(
    "/{transaction_id:int}/refresh-status",
    summary="Periksa status ke penyedia",
    responses=refusals(OrderNotFound, NotYours),
    tags=TAGS,
)
async def get_refresh(request: SiteRequest, transaction_id: RowId) -> Answer[Refreshed]:
    """Bring the next question to the upstream forward and wait briefly for its answer; of an
    unpaid transaction the question to its payment gateway.

    Within the upstream's least gap (60 s) the stored answer is repeated, with ``next_check_at``.
    """
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
    return Answer(await refresh(request, order))


async def refresh(request: SiteRequest, order: OrderView) -> Refreshed:
    """The order after whoever knows was asked, and what they said last."""
    if order.payment_method != BALANCE and order.state in UNPAID:
        return await _of_payment(request, order)
    if not order.is_final:
        return await _of_purchase(request, order)
    if order.payment_method == BALANCE:
        return Refreshed(FINISHED, view(order))
    async with request.desks.db.read() as tx:
        return Refreshed(FINISHED, view(order), payment=await payment_of(request, tx, order))


async def _of_purchase(request: SiteRequest, order: OrderView) -> Refreshed:
    shop = request.shop
    due = await hasten(shop.orders, order.id)
    if due is not None and due <= shop.orders.clock.now():
        order = await first_news(
            shop.orders, shop.newsroom, order, at_most_s=shop.first_news_wait_s
        )
    async with request.desks.db.read() as tx:
        order = await order_of(tx, order.id, order.user_id)
        next_check = await next_check_at(tx, order.id)
    return Refreshed(REFRESHED, view(order), order.last_words, _iso_or_none(next_check))


async def _of_payment(request: SiteRequest, order: OrderView) -> Refreshed:
    order, payment, due = await payment_asked(request, order)
    if order.is_final:
        return Refreshed(FINISHED, view(order), payment=payment)
    return Refreshed(REFRESHED, view(order), order.last_words, _iso_or_none(due), payment)


def _iso_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
