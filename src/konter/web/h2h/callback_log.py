"""``GET /api/v1/callbacks``: what we told the member's server, and what it said to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from konter.hooks.deliveries import DEEPEST_PAGE, Delivery, deliveries_of
from konter.kernel.clock import iso
from konter.people import signatures
from konter.web.answer import Answer
from konter.web.h2h.caller import Sign, Username, member_of
from konter.web.h2h.order_answer import TAGS
from konter.web.h2h.problems import problems
from konter.web.request import SiteRequest

PER_PAGE = 50

PageNumber = Annotated[int, QueryParameter(ge=1, le=DEEPEST_PAGE)]


class CallbackView(Struct):
    """``state``: waiting, delivered or dead. ``last_status``: the HTTP status that the member's
    server answered last; times in UTC, ``price`` in whole rupiah."""

    id: int
    event: str
    ref_id: str
    trx_id: int
    status: str
    price: int
    style: str | None
    state: str
    tries: int
    last_status: int | None
    last_problem: str | None
    next_try_at: str | None
    created_at: str
    delivered_at: str | None


class CallbackLog(Struct):
    """The newest first, 50 a page. ``has_more``: older ones follow."""

    page: int
    data: list[CallbackView]
    has_more: bool


@get("/callbacks", summary="Riwayat callback", responses=problems(), tags=TAGS)
async def get_callbacks(
    request: SiteRequest,
    username: Username = None,
    sign: Sign = None,
    page: PageNumber = 1,
) -> Answer[CallbackLog]:
    """``sign``: ``md5("callbacks" + secret)``."""
    member = await member_of(request, signatures.CALLBACKS, username=username, sign=sign)
    async with request.desks.db.read() as tx:
        found, has_more = await deliveries_of(tx, member.user_id, page=page, per_page=PER_PAGE)
    return Answer(CallbackLog(page, [_view(delivery) for delivery in found], has_more))


def _view(delivery: Delivery) -> CallbackView:
    return CallbackView(
        id=delivery.id,
        event=delivery.event,
        ref_id=delivery.ref_id,
        trx_id=delivery.order_id,
        status=delivery.status,
        price=delivery.price,
        style=delivery.style,
        state=delivery.state,
        tries=delivery.tries,
        last_status=delivery.last_status,
        last_problem=delivery.last_problem,
        next_try_at=_iso_or_none(delivery.next_action_at),
        created_at=iso(delivery.created_at),
        delivered_at=_iso_or_none(delivery.delivered_at),
    )


def _iso_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
