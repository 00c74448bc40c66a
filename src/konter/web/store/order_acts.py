"""What a guest does on their order's page: pay, look again, give it up."""

from __future__ import annotations

from typing import Final

from litestar import Response, post

from konter.ledger.wallets import GUEST
from konter.web.api.guest_view import OrderCode, Token
from konter.web.page.permits import HOLDER
from konter.web.request import SiteRequest
from konter.web.store.order_page import deciders_place, place_of
from konter.web.track.acts import cancel_by_form, pay_by_form, refresh_by_form


@post("/pesanan/{code:str}/bayar", include_in_schema=False, opt=HOLDER, status_code=200)
async def post_pay(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[str]:
    return await pay_by_form(request, await place_of(request, code, token), user_id=GUEST)


@post("/pesanan/{code:str}/periksa", include_in_schema=False, opt=HOLDER, status_code=200)
async def post_refresh(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[str]:
    return await refresh_by_form(request, await place_of(request, code, token))


@post("/pesanan/{code:str}/batal", include_in_schema=False, opt=HOLDER, status_code=200)
async def post_cancel(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[str]:
    place = await deciders_place(request, code, token)
    because = "cancelled by its buyer, a guest"
    return await cancel_by_form(request, place, user_id=GUEST, because=because)


ROUTES: Final = [post_pay, post_refresh, post_cancel]
