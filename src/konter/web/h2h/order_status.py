"""``GET /api/v1/orders/{ref_id}``: what became of it. Never orders anything."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import PathParameter

from konter.orders.by_reference import by_reference
from konter.orders.read import OrderNotFound
from konter.orders.requests import RefusedBefore
from konter.people.signatures import of_reference
from konter.web.answer import Answer
from konter.web.h2h.caller import Sign, Username, member_of
from konter.web.h2h.order_answer import TAGS, OrderAnswer, answer_of
from konter.web.h2h.problems import problems
from konter.web.request import SiteRequest

RefId = Annotated[str, PathParameter(max_length=64)]


@get(
    "/{ref_id:str}",
    summary="Status transaksi",
    responses=problems(OrderNotFound, RefusedBefore),
    tags=TAGS,
)
async def get_order(
    request: SiteRequest, ref_id: RefId, username: Username = None, sign: Sign = None
) -> Answer[OrderAnswer]:
    """By the member's own reference. ``refused_before``: it was refused, and stays so.

    ``sign``: ``md5(ref_id + secret)``.
    """
    member = await member_of(request, of_reference(ref_id), username=username, sign=sign)
    if not ref_id.isprintable():
        raise OrderNotFound
    async with request.desks.db.read() as tx:
        order = await by_reference(tx, member.user_id, ref_id)
    return Answer(await answer_of(request, member, order))
