"""An order from the balance: hold the price, order, wait a few seconds for first news."""

from __future__ import annotations

from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.ledger.read import balance
from konter.orders.newsroom import first_news
from konter.orders.requests import Placed
from konter.orders.states import OrderState
from konter.web.answer import Answer
from konter.web.api.new_transaction import Created, NewTransaction, ask_of
from konter.web.api.transaction_view import view
from konter.web.request import SiteRequest


class TransactionFailed(Refused):
    """The upstream refused at once; the balance has been given back."""

    code = "transaction_failed"
    message = "Transaksi gagal"


async def order_by_balance(data: NewTransaction, request: SiteRequest) -> Answer[Created]:
    """Raises TransactionFailed, and whatever placing the order refuses."""
    shop = request.shop
    placed = await shop.placer.submit(ask_of(data, request))
    if placed.replayed or request.answers_at_once:
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
