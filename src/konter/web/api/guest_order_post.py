"""``POST /api/guest/orders``: buy without an account, by a payment channel."""

from __future__ import annotations

from litestar import post
from litestar.params import JSONBody
from msgspec import Struct

from konter.funding.channels import AmountOutside, ChannelClosed
from konter.orders.guests import new_token
from konter.orders.judge import NOT_SOLD
from konter.people.attempts import TooManyAttempts
from konter.people.guests import admit_guest
from konter.web.answer import Answer
from konter.web.api.guest_view import TAGS, GuestOrderView, order_view
from konter.web.api.new_guest_order import NewGuestOrder, checkout_of
from konter.web.api.order_payment import first_link
from konter.web.errors import refusals
from konter.web.payment_view import PaymentView
from konter.web.request import SiteRequest


class GuestCreated(Struct):
    """The token is shown here and never again: with the code it finds the order."""

    message: str
    code: str
    token: str
    order: GuestOrderView
    payment: PaymentView


@post(
    "/",
    summary="Pesan tanpa akun",
    responses=refusals(*NOT_SOLD, ChannelClosed, AmountOutside, TooManyAttempts),
    tags=TAGS,
)
async def post_guest_order(
    data: JSONBody[NewGuestOrder], request: SiteRequest
) -> Answer[GuestCreated]:
    """Order, wait a few seconds for the link, and answer what there is to pay.

    ``Prefer: respond-async`` answers at once.
    """
    token, digest = new_token()
    checkout = checkout_of(data, token=digest)
    await admit_guest(request.desks.people, request.remote)
    placed = await request.shop.checkouts.submit(checkout)
    payment = await first_link(request, placed)
    said = "Pesanan berhasil dibuat, silakan lakukan pembayaran"
    code = placed.order.code
    return Answer(GuestCreated(said, code, token, order_view(placed.order), payment))
