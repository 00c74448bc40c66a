"""``POST /my/orders/{id}/pay``: the page's way to a link; off to the gateway, or JSON."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, quote

from litestar import Response, post
from litestar.response import Redirect

from konter.web.answer import Answer
from konter.web.api.order_pay import SAID, PayAgain, ToPay
from konter.web.api.order_payment import pay_again
from konter.web.api.transaction_view import view
from konter.web.auth import signed_in
from konter.web.body import BodyReader
from konter.web.page.permits import OWN
from konter.web.request import RowId, SiteRequest

FORM: Final = b"application/x-www-form-urlencoded"

READER: Final = BodyReader(PayAgain)


@post(
    "/my/orders/{order_id:int}/pay",
    status_code=200,
    include_in_schema=False,
    before_request=signed_in,
    opt=OWN,
)
async def post_my_pay(request: SiteRequest, order_id: RowId) -> Response[ToPay]:
    """The payment's page where the gateway has one, else a page that says where to look; whoever
    accepts JSON gets what the API says. Takes ``payment_method`` as a form, JSON, or not at all."""
    order, payment = await pay_again(
        request, order_id, user_id=request.user.id, channel=await _channel(request)
    )
    if b"application/json" in (request.raw_header(b"accept") or b""):
        return Answer(ToPay(SAID, view(order), payment))
    return Redirect(payment.url or f"/bayar/menunggu?code={quote(order.code)}", status_code=303)


async def _channel(request: SiteRequest) -> str | None:
    """Raises Invalid."""
    body = await request.body()
    if not body:
        return None
    kind = request.raw_header(b"content-type") or b""
    if kind.partition(b";")[0].strip().lower() == FORM:
        said = parse_qs(body.decode(errors="replace"))
        return next(iter(said.get("payment_method", ())), None)
    return READER.read(body).payment_method
