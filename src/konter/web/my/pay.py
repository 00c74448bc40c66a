"""``POST /my/orders/{id}/pay``: to what there is to pay, by a page's form or by JSON.

A form of our pages comes with a session's cookie and ends on the order's page, which leads on by a
link: our pages let forms lead to no other site. Programs come with a token.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

from litestar import Request, Response, post
from litestar.response import Redirect

from konter.web.answer import Answer
from konter.web.api.order_pay import SAID, PayAgain, ToPay
from konter.web.api.order_payment import pay_again
from konter.web.api.transaction_view import view
from konter.web.auth import signed_in
from konter.web.body import BodyReader
from konter.web.my.order_page import own_place
from konter.web.page.guard import guarded
from konter.web.page.permits import OWN
from konter.web.page.visit import SESSION, cookies_of
from konter.web.request import RowId, SiteRequest
from konter.web.track.acts import PAYMENT, pay_by_form

FORM: Final = b"application/x-www-form-urlencoded"

READER: Final = BodyReader(PayAgain)


async def by_token_or_session(request: Request[Any, Any, Any]) -> None:
    """A token where one is shown or there is no session; a session as on every page, which its own
    forms alone may use. Raises Unauthenticated, SignInFirst, ForeignForm."""
    assert isinstance(request, SiteRequest)
    shows_token = request.raw_header(b"authorization") is not None
    if shows_token or SESSION not in cookies_of(request):
        await signed_in(request)
    else:
        await guarded(request)


@post(
    "/my/orders/{order_id:int}/pay",
    status_code=200,
    include_in_schema=False,
    before_request=by_token_or_session,
    opt=OWN,
)
async def post_my_pay(request: SiteRequest, order_id: RowId) -> Response[ToPay] | Response[str]:
    """To the order's page, where it is paid; whoever accepts JSON gets what the API says. Takes
    ``payment_method`` as a form, JSON, or not at all."""
    if "konter_visit" in request.scope:
        place = await own_place(request, order_id)
        return await pay_by_form(request, place, user_id=request.user.id)
    order, payment = await pay_again(
        request, order_id, user_id=request.user.id, channel=await _channel(request)
    )
    if b"application/json" in (request.raw_header(b"accept") or b""):
        return Answer(ToPay(SAID, view(order), payment))
    return Redirect(f"/my/orders/{order_id}{PAYMENT}", status_code=303)


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
