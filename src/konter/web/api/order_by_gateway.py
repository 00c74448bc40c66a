"""An order paid through a gateway: it waits for its payment, and its link is made meanwhile."""

from __future__ import annotations

from konter.ledger.read import balance
from konter.orders.checkout import Checkout, clean_customer
from konter.orders.requests import Placed
from konter.web.answer import Answer
from konter.web.api.new_transaction import Created, NewTransaction, ask_of
from konter.web.api.order_payment import first_link
from konter.web.api.transaction_view import view
from konter.web.payment_view import PaymentView
from konter.web.request import SiteRequest


async def order_by_gateway(data: NewTransaction, request: SiteRequest) -> Answer[Created]:
    """201 with what there is to pay, 200 for an order that stood already. A link that cannot be
    made is no refusal: the order can still be paid by another."""
    person = request.user
    customer = clean_customer(
        name=data.customer_name or person.name,
        email=data.customer_email or person.email,
        phone=data.customer_phone or "",
        address=data.customer_address,
        city=data.customer_city,
    )
    placed = await request.shop.checkouts.submit(Checkout(ask_of(data, request), customer))
    payment = await first_link(request, placed)
    return await _created(request, placed, payment)


async def _created(request: SiteRequest, placed: Placed, payment: PaymentView) -> Answer[Created]:
    async with request.desks.db.read() as tx:
        left = await balance(tx, request.user.id)
    said = "Transaksi berhasil dibuat, silakan lakukan pembayaran"
    if placed.replayed:
        said = "Transaksi sudah pernah dibuat"
    body = Created(said, view(placed.order), left.wire(), payment)
    return Answer(body, status=200 if placed.replayed else 201)
