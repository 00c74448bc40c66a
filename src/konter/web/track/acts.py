"""What guests and accounts alike do on an order's page."""

from __future__ import annotations

from litestar import Response

from konter.kernel.errors import Refused
from konter.orders.cancel import cancel
from konter.web.api.order_payment import pay_again
from konter.web.api.order_refresh import refresh
from konter.web.page.forms import fields_of
from konter.web.page.guard import visit
from konter.web.page.render import go
from konter.web.request import SiteRequest
from konter.web.track.place import Place
from konter.web.track.shown import order_page

PAYMENT = "#bayar"
"""Where on the page one pays."""


async def pay_by_form(request: SiteRequest, place: Place, *, user_id: int) -> Response[str]:
    """A link, made anew where it is over or ``payment_method`` names another channel; then to where
    it stands on our own page, for a form may lead to no other site. A repeat makes no second."""
    typed = await fields_of(request)
    channel = typed.get("payment_method") or None
    try:
        await pay_again(request, place.order.id, user_id=user_id, channel=channel)
    except Refused as error:
        return await order_page(request, place, error=error)
    return go(request, place.page + PAYMENT)


async def refresh_by_form(request: SiteRequest, place: Place) -> Response[str]:
    """Who knows more is asked as soon as the rules allow, and briefly waited for."""
    await refresh(request, place.order)
    return go(request, place.page, said=visit(request).say("Status terbaru sudah kami periksa"))


async def cancel_by_form(
    request: SiteRequest, place: Place, *, user_id: int, because: str
) -> Response[str]:
    """An order that was not sent yet; what was paid for it goes back."""
    try:
        await cancel(request.shop.orders, place.order.id, user_id=user_id, because=because)
    except Refused as error:
        return await order_page(request, place, error=error)
    return go(request, place.page, said=visit(request).say("Pesanan dibatalkan"))
