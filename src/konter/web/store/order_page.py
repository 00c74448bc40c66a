"""``/pesanan/{code}``: an order of nobody we know, for whoever shows that it is theirs.

By the token in the address, or by a cookie (see ``track/proof.py``). Whatever is wrong, the answer
is the same page.
"""

from __future__ import annotations

from typing import Final

from litestar import Response, get

from konter.orders.guests import GuestOrderNotFound
from konter.orders.read import NotYours, OrderNotFound, id_of_code, order_of
from konter.web.api.guest_view import OrderCode, Token
from konter.web.page.guard import visit
from konter.web.page.permits import HOLDER
from konter.web.page.render import Page, go
from konter.web.request import SiteRequest
from konter.web.track.live import live
from konter.web.track.place import Place, guests_place
from konter.web.track.proof import Held, held_by, proof_cookies
from konter.web.track.receipt import Paper, receipt_page
from konter.web.track.shown import order_page, qr_answer


@get("/pesanan/{code:str}", include_in_schema=False, opt=HOLDER)
async def get_order(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[str]:
    """Who comes by the token may come without it for a while; an account's own order is on its own
    page, for gateways send everybody back here."""
    try:
        found = await held(request, code, token)
    except GuestOrderNotFound:
        own = await _own(request, code)
        if own is None:
            raise
        return go(request, f"/my/orders/{own}")
    shown = await order_page(request, guests_place(found))
    if token:
        shown.cookies.extend(proof_cookies(request, found.order.code, "token"))
    return shown


@get("/pesanan/{code:str}/bagian", include_in_schema=False, opt=HOLDER)
async def get_part(request: SiteRequest, code: OrderCode, token: Token = "") -> Page:
    """The part of the page that changes: the page's script puts it in place of the old one."""
    place = await place_of(request, code, token)
    return await order_page(request, place, template="parts/order.html")


@get("/pesanan/{code:str}/peristiwa", include_in_schema=False, opt=HOLDER)
async def get_stream(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[bytes]:
    return live(request, (await held(request, code, token)).order.id)


@get("/pesanan/{code:str}/struk", include_in_schema=False, opt=HOLDER)
async def get_receipt(
    request: SiteRequest, code: OrderCode, token: Token = "", paper: Paper = "80"
) -> Page:
    place = await place_of(request, code, token)
    return await receipt_page(request, place, paper=paper, own_price="")


@get("/pesanan/{code:str}/qr.png", include_in_schema=False, opt=HOLDER)
async def get_qr(request: SiteRequest, code: OrderCode, token: Token = "") -> Response[bytes]:
    return await qr_answer(request, await place_of(request, code, token))


async def place_of(request: SiteRequest, code: str, token: str) -> Place:
    """Raises GuestOrderNotFound."""
    return guests_place(await held(request, code, token))


async def deciders_place(request: SiteRequest, code: str, token: str) -> Place:
    """Raises GuestOrderNotFound for who only knew the contact, too."""
    place = await place_of(request, code, token)
    if not place.may_decide:
        raise GuestOrderNotFound
    return place


async def held(request: SiteRequest, code: str, token: str) -> Held:
    """Raises GuestOrderNotFound."""
    async with request.desks.db.read() as tx:
        return await held_by(request, tx, code, token)


ROUTES: Final = [get_order, get_part, get_stream, get_receipt, get_qr]


async def _own(request: SiteRequest, code: str) -> int | None:
    person = visit(request).person
    if person is None or not code.isprintable():
        return None
    async with request.desks.db.read() as tx:
        try:
            return (await order_of(tx, await id_of_code(tx, code.upper()), person.id)).id
        except (OrderNotFound, NotYours):
            return None
