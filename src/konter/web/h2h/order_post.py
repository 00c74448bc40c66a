"""``POST /api/v1/orders``: a member's machine orders, and waits a few seconds for first news."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.orders.newsroom import first_news
from konter.orders.reseller_order import REFUSALS, MemberOrder
from konter.people.signatures import of_purchase
from konter.web.answer import Answer
from konter.web.h2h.caller import SignField, UsernameField, door_of, member_of
from konter.web.h2h.order_answer import TAGS, OrderAnswer, answer_of
from konter.web.h2h.problems import problems
from konter.web.request import SiteRequest

REF_ID = "^[A-Za-z0-9][A-Za-z0-9._:-]*$"
CUSTOMER_NO = "^[A-Za-z0-9+][A-Za-z0-9@._()+|/,-]*$"
BUYER_SKU = "^[A-Za-z0-9][A-Za-z0-9._+/-]*$"
"""The sign joins the three by nothing, so what each may hold is narrow. A word of ours is echoed
whole in every answer, and none of it is a space."""


class NewOrder(Struct):
    """``ref_id``: the member's own; the same one again gets the same order. ``customer_no``: of two
    parts as ``12345678(1234)``. ``max_price``: whole rupiah; at a higher price nothing is bought.

    ``counter``: 2 for a second purchase of one product for one number on one day (WIB) under
    another ``ref_id``, 3 for a third. ``qty``: of an open denomination its amount, whole rupiah; of
    anything else absent or 1. ``sign``: ``md5(ref_id + customer_no + buyer_sku + secret)``, with
    ``qty`` before ``secret`` where it is sent.
    """

    ref_id: Annotated[str, Meta(min_length=1, max_length=64, pattern=REF_ID)]
    buyer_sku: Annotated[str, Meta(min_length=1, max_length=64, pattern=BUYER_SKU)]
    customer_no: Annotated[str, Meta(min_length=3, max_length=50, pattern=CUSTOMER_NO)]
    max_price: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    counter: Annotated[int, Meta(ge=1, le=99)] | None = None
    qty: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    username: UsernameField | None = None
    sign: SignField | None = None


@post(
    "/",
    summary="Buat transaksi",
    responses=problems(*REFUSALS)
    | {200: ResponseSpec(OrderAnswer, generate_examples=False, description="Sudah pernah dibuat")},
    tags=TAGS,
)
async def post_order(data: JSONBody[NewOrder], request: SiteRequest) -> Answer[OrderAnswer]:
    """Ordered once for each ``ref_id``: a repeat answers 200 with the order as it stands.

    ``Prefer: respond-async`` answers at once. An order that its upstream refuses is an order, too:
    its ``status`` is ``failed``, its price is back in the wallet.
    """
    digits = None if data.qty is None else str(data.qty)
    parts = of_purchase(data.ref_id, data.customer_no, data.buyer_sku, digits)
    member = await member_of(request, parts, username=data.username, sign=data.sign)
    wanted = MemberOrder(
        member=member,
        product_code=data.buyer_sku,
        number=data.customer_no,
        ref_id=data.ref_id,
        max_price=data.max_price,
        counter=data.counter,
        quantity=data.qty,
    )
    placed = await door_of(request).placer.submit(wanted)
    if placed.replayed or request.answers_at_once:
        order = placed.order
    else:
        shop = request.shop
        order = await first_news(
            shop.orders, shop.newsroom, placed.order, at_most_s=shop.first_news_wait_s
        )
    answer = await answer_of(request, member, order)
    return Answer(answer, status=200 if placed.replayed else 201)
