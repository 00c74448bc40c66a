"""``POST /api/transactions``: hold the price, order, wait a few seconds for first news."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.orders.newsroom import first_news
from konter.orders.place import AccountBlocked, NotEnoughBalance, ProductClosed, SoldToday
from konter.orders.requests import Placed, RefReused, clean_ask
from konter.orders.states import OrderState
from konter.people.permits import Role
from konter.web.answer import Answer
from konter.web.api.transaction_view import TransactionView, view
from konter.web.errors import refusals
from konter.web.request import SiteRequest

TAGS = ["Transaksi"]


class NewTransaction(Struct):
    """``ref_id``: the client's own reference; the same one again gets the same order."""

    product_id: int
    target_id: Annotated[str, Meta(max_length=64)]
    server_id: Annotated[str, Meta(max_length=32)] | None = None
    ref_id: Annotated[str, Meta(max_length=64)] | None = None


class Created(Struct):
    message: str
    transaction: TransactionView
    new_balance: str


class TransactionFailed(Refused):
    """The upstream refused at once; the balance has been given back."""

    code = "transaction_failed"
    message = "Transaksi gagal"


@post(
    "/",
    summary="Buat transaksi",
    responses=refusals(
        NotEnoughBalance, ProductClosed, SoldToday, RefReused, AccountBlocked, TransactionFailed
    )
    | {200: ResponseSpec(Created, generate_examples=False, description="Sudah pernah dibuat")},
    tags=TAGS,
)
async def post_create(data: JSONBody[NewTransaction], request: SiteRequest) -> Answer[Created]:
    """Hold the price, order, and wait a few seconds for first news.

    ``Prefer: respond-async`` answers at once. Repeating a ``ref_id`` (or an ``Idempotency-Key``)
    answers 200 with the same order and buys nothing; with other facts it answers 409.
    """
    ask = clean_ask(
        user_id=request.user.id,
        product_id=data.product_id,
        target_id=data.target_id,
        server_id=data.server_id,
        ref_id=data.ref_id or _idempotency_key(request),
        pays_reseller_price=request.user.role is not Role.RETAIL,
    )
    shop = request.shop
    placed = await shop.placer.submit(ask)
    if placed.replayed or b"respond-async" in (request.raw_header(b"prefer") or b""):
        return await _created(request, placed)
    order = await first_news(
        shop.orders, shop.newsroom, placed.order, at_most_s=shop.first_news_wait_s
    )
    if order.state is OrderState.FAILED:
        raise TransactionFailed(
            f"Transaksi gagal: {order.reason}",
            details=order.last_words or order.reason,
            transaction_id=order.id,
            transaction_code=order.code,
        )
    return await _created(request, Placed(order, False))


async def _created(request: SiteRequest, placed: Placed) -> Answer[Created]:
    """201 for a new order, 200 for one that stood already."""
    left = placed.balance
    if left is None:
        async with request.desks.db.read() as tx:
            left = (await balance(tx, request.user.id)).amount
    said = "Transaksi sudah pernah dibuat" if placed.replayed else "Transaksi berhasil dibuat"
    body = Created(said, view(placed.order), Rupiah(left).wire())
    return Answer(body, status=200 if placed.replayed else 201)


def _idempotency_key(request: SiteRequest) -> str | None:
    key = request.raw_header(b"idempotency-key")
    return key.decode("latin-1") if key else None
