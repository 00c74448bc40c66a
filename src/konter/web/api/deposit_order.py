"""``POST /api/deposits``: order a deposit, and wait a few seconds for its link."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.funding.channels import AmountOutside, ChannelClosed
from konter.funding.deposit import DepositRefReused, buyer_of, place_deposit
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid
from konter.web.answer import Answer
from konter.web.api.deposit_view import TAGS, OneDeposit, with_payment
from konter.web.api.payment_channels import amount_of
from konter.web.body import REQUIRED
from konter.web.errors import refusals
from konter.web.payment_wait import link_made, look
from konter.web.request import SiteRequest

Text = Annotated[str, Meta(max_length=100)]


class NewDeposit(Struct):
    """``payment_method``: a channel (``tripay:QRIS2``), also by the name ``channel``. ``ref_id``:
    the client's own reference; the same one again gets the same deposit."""

    amount: int | float | Annotated[str, Meta(max_length=30)]
    payment_method: Text | None = None
    channel: Text | None = None
    ref_id: Annotated[str, Meta(max_length=64)] | None = None
    customer_phone: Annotated[str, Meta(max_length=30)] | None = None


@post(
    "/",
    summary="Buat deposit",
    responses=refusals(ChannelClosed, AmountOutside, DepositRefReused)
    | {200: ResponseSpec(OneDeposit, generate_examples=False, description="Sudah pernah dibuat")},
    tags=TAGS,
)
async def post_create(data: JSONBody[NewDeposit], request: SiteRequest) -> Answer[OneDeposit]:
    """What is ordered reaches the wallet; a fee that the buyer pays comes on top.

    ``Prefer: respond-async`` answers before the link is made. Repeating a ``ref_id`` answers 200
    with the same deposit; with other facts it answers 409.
    """
    channel = data.payment_method or data.channel
    if not channel:
        raise Invalid({"payment_method": [REQUIRED]})
    shop, person = request.shop, request.user
    deposit, replayed = await place_deposit(
        shop.orders.funding,
        user_id=person.id,
        amount=amount_of(data.amount),
        channel=channel,
        ref_id=data.ref_id,
        buyer=buyer_of(name=person.name, email=person.email, phone=data.customer_phone),
    )
    if replayed or request.answers_at_once:
        async with request.desks.db.read() as tx:
            payable = await look(tx, Purpose.DEPOSIT, deposit.id, now=shop.orders.clock.now())
    else:
        payable = await link_made(shop, Purpose.DEPOSIT, deposit.id)
    said = "Deposit sudah pernah dibuat" if replayed else "Deposit berhasil dibuat"
    body = with_payment(deposit, payable, message=said)
    return Answer(body, status=200 if replayed else 201)
