"""``POST /api/guest/orders/find``: by code and contact, without telling whether a code exists."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from konter.orders.guests import GuestOrderNotFound, find_guest_order
from konter.people.attempts import TooManyAttempts
from konter.people.guests import admit_guest
from konter.web.answer import Answer
from konter.web.api.guest_view import TAGS, GuestOrder, guest_view
from konter.web.errors import refusals
from konter.web.request import SiteRequest


class Lost(Struct):
    """``contact``: the e-mail address or phone number that the order was made with."""

    code: Annotated[str, Meta(max_length=40)]
    contact: Annotated[str, Meta(max_length=200)]


@post(
    "/find",
    summary="Cari pesanan tanpa akun",
    status_code=200,
    responses=refusals(GuestOrderNotFound, TooManyAttempts),
    tags=TAGS,
)
async def post_find(data: JSONBody[Lost], request: SiteRequest) -> Answer[GuestOrder]:
    """The same 404 whatever is wrong. The token is not told: it stays with who ordered."""
    await admit_guest(request.desks.people, request.remote)
    async with request.desks.db.read() as tx:
        order = await find_guest_order(tx, data.code, data.contact)
        return Answer(await guest_view(request, tx, order))
