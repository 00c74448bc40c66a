"""``/api/transactions``: order by balance, list, look, refresh, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from konter.kernel.clock import iso
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.orders.cancel import CannotCancel, cancel
from konter.orders.hasten import hasten
from konter.orders.newsroom import first_news
from konter.orders.place import AccountBlocked, NotEnoughBalance, ProductClosed, SoldToday
from konter.orders.read import NotYours, OrderNotFound, OrderView, next_check_at, order_of, page_of
from konter.orders.requests import Placed, RefReused, clean_ask
from konter.orders.states import FINAL, OrderState
from konter.people.permits import Role
from konter.web.answer import Answer
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.errors import refusals
from konter.web.request import SiteRequest

TAGS = ["Transaksi"]
PER_PAGE = 20


class NewTransaction(Struct):
    """``ref_id``: the client's own reference; the same one again gets the same order."""

    product_id: int
    target_id: Annotated[str, Meta(max_length=64)]
    server_id: Annotated[str, Meta(max_length=32)] | None = None
    ref_id: Annotated[str, Meta(max_length=64)] | None = None


class ProductView(Struct):
    """The product as it was bought; ``harga`` is what was paid."""

    id: int
    kode: str
    nama: str
    keterangan: str
    harga: str


class TransactionView(Struct):
    """Amounts with two decimals, times in UTC. ``provider_trx_id``: the serial once successful."""

    id: int
    user_id: int
    product_id: int
    target_id: str
    server_id: str | None
    payment_method: str
    amount: str
    provider_trx_id: str | None
    status: str
    created_at: str
    updated_at: str
    product: ProductView
    code: str
    ref_id: str
    serial_number: str | None
    reason: str | None


class Page(Struct):
    current_page: int
    data: list[TransactionView]
    per_page: int
    total: int


class Created(Struct):
    message: str
    transaction: TransactionView
    new_balance: str


class One(Struct):
    transaction: TransactionView


class Refreshed(Struct):
    """``raw_response``: the upstream's last words; ``next_check_at``: when it is asked again."""

    message: str
    transaction: TransactionView
    raw_response: str | UnsetType | None = UNSET
    next_check_at: str | UnsetType | None = UNSET


class TransactionFailed(Refused):
    """The upstream refused at once; the balance has been given back."""

    code = "transaction_failed"
    message = "Transaksi gagal"


def routes() -> Router:
    """All of them for whoever brings a token; each sees their own orders only."""
    return Router(
        "/transactions",
        route_handlers=[get_list, post_create, get_one, get_refresh, post_cancel],
        before_request=signed_in,
        security=BEARER_SECURITY,
    )


@post(
    "/",
    summary="Buat transaksi",
    responses=refusals(
        NotEnoughBalance, ProductClosed, SoldToday, RefReused, AccountBlocked, TransactionFailed
    ),
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
async def get_one(request: SiteRequest, transaction_id: FromPath[int]) -> Answer[One]:
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
    return Answer(One(view(order)))


@get(
    "/{transaction_id:int}/refresh-status",
    summary="Periksa status ke penyedia",
    responses=refusals(OrderNotFound, NotYours),
    tags=TAGS,
)
async def get_refresh(request: SiteRequest, transaction_id: FromPath[int]) -> Answer[Refreshed]:
    """Bring the next question to the upstream forward and wait briefly for its answer.

    Within the upstream's least gap (60 s) the stored answer is repeated, with ``next_check_at``.
    """
    shop = request.shop
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, request.user.id)
    if order.public_state in FINAL:
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
async def post_cancel(request: SiteRequest, transaction_id: FromPath[int]) -> Answer[Created]:
    """Give the balance back for an order that was not sent yet."""
    user_id = request.user.id
    await cancel(
        request.shop.orders, transaction_id, user_id=user_id, because="cancelled by its buyer"
    )
    async with request.desks.db.read() as tx:
        order = await order_of(tx, transaction_id, user_id)
        left = await balance(tx, user_id)
    return Answer(Created("Transaksi dibatalkan", view(order), left.wire()))


async def _created(request: SiteRequest, placed: Placed) -> Answer[Created]:
    """201 for a new order, 200 for one that stood already."""
    left = placed.balance
    if left is None:
        async with request.desks.db.read() as tx:
            left = (await balance(tx, request.user.id)).amount
    said = "Transaksi sudah pernah dibuat" if placed.replayed else "Transaksi berhasil dibuat"
    body = Created(said, view(placed.order), Rupiah(left).wire())
    return Answer(body, status=200 if placed.replayed else 201)


def view(order: OrderView) -> TransactionView:
    """An order as the document writes it."""
    amount = f"{order.price}.00"
    serial = order.serial if order.state == OrderState.DELIVERED else None
    return TransactionView(
        id=order.id,
        user_id=order.user_id,
        product_id=order.product_id,
        target_id=order.target_id,
        server_id=order.server_id,
        payment_method=order.payment_method,
        amount=amount,
        provider_trx_id=serial,
        status=order.public_state,
        created_at=iso(order.created_at),
        updated_at=iso(order.updated_at),
        product=ProductView(
            order.product_id, order.product_code, order.product_name, order.product_note, amount
        ),
        code=order.code,
        ref_id=order.ref_id,
        serial_number=serial,
        reason=order.reason,
    )


def _idempotency_key(request: SiteRequest) -> str | None:
    key = request.raw_header(b"idempotency-key")
    return key.decode("latin-1") if key else None


def _iso_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
