"""``/my/orders/new``: choose a product, say for whom, pay from the balance or by a channel."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post

from konter.catalogue.browse import Page as Products
from konter.catalogue.browse import browse
from konter.kernel.errors import Refused, Unavailable
from konter.orders.states import BALANCE
from konter.web.my.asked import asked_of, number_of, query_of
from konter.web.my.order_form import order_form
from konter.web.my.place_own import NewOrder, place_own
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

PER_PAGE: Final = 20


@get("/my/orders/new", include_in_schema=False, opt=OWN)
async def get_new_order(request: SiteRequest) -> Page:
    """The products to choose from, or the form of the one that was chosen."""
    asked = asked_of(request)
    product_id = number_of(asked, "product")
    if product_id is not None:
        person = request.user
        typed = {"customer_name": person.name, "customer_email": person.email, **asked}
        return await order_form(request, product_id, typed)
    number = number_of(asked, "page") or 1
    products = await _products(request, asked.get("q", ""), number)
    more = products.number * products.per_page < products.total
    facts = {
        "products": products,
        "typed": asked,
        "next": query_of(asked, without="page", page=number + 1) if more else "",
        "previous": query_of(asked, without="page", page=number - 1) if number > 1 else "",
    }
    return page(request, "my/choose_product.html", facts)


@post("/my/orders/new", include_in_schema=False, opt=OWN, status_code=200)
async def post_new_order(request: SiteRequest) -> Response[str]:
    """On to the order's page, or the same form with what was wrong."""
    typed = _unfolded(await fields_of(request))
    try:
        said = read_form(typed, NewOrder)
        order_id = await place_own(request, said)
    except Refused as error:
        product_id = number_of(typed, "product_id")
        if product_id is None:
            return go(request, "/my/orders/new", said=visit(request).say(error.text))
        return await order_form(request, product_id, typed, error)
    return go(request, f"/my/orders/{order_id}")


ROUTES: Final = [get_new_order, post_new_order]


def _unfolded(typed: dict[str, str]) -> dict[str, str]:
    """A channel is sent with its own total before it, "10500 tripay:QRIS2"; without one, as by
    who writes their own form, no total binds."""
    total, _, method = typed.get("payment_method", "").rpartition(" ")
    if method in ("", BALANCE):
        return typed
    bound = {"shown_price": total} if total else {}
    rest = {name: value for name, value in typed.items() if name != "shown_price"}
    return {**rest, **bound, "payment_method": method}


async def _products(request: SiteRequest, search: str, number: int) -> Products:
    if request.desks.catalogue is None:
        raise Unavailable
    return await browse(
        request.desks.catalogue,
        request.user.role,
        search=search,
        page=min(number, 1000),
        per_page=PER_PAGE,
    )
