"""``/pesanan``: a guest finds their order again by its code and their phone number or e-mail."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from msgspec import Meta, Struct

from konter.kernel.errors import Invalid, Refused
from konter.orders.guests import find_guest_order
from konter.people.guests import admit_guest
from konter.web.page.forms import fields_of, read_form
from konter.web.page.permits import ANYBODY
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest
from konter.web.store.payment_pages import Code
from konter.web.track.proof import proof_cookies


class Lost(Struct):
    code: Annotated[str, Meta(max_length=40)]
    contact: Annotated[str, Meta(max_length=200)]


@get("/pesanan", include_in_schema=False, opt=ANYBODY)
async def get_find(request: SiteRequest, code: Code = "") -> Page:
    return _form(request, {"code": code[:40]})


@post("/pesanan", include_in_schema=False, opt=ANYBODY, status_code=200)
async def post_find(request: SiteRequest) -> Response[str]:
    """On to its page with a proof, or the same words whatever is wrong; so often from one address
    and no more."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, Lost)
        await admit_guest(request.desks.people, request.remote)
        async with request.desks.db.read() as tx:
            order = await find_guest_order(tx, said.code, said.contact)
    except Refused as error:
        return _form(request, typed, error)
    cookies = proof_cookies(request, order.code, "contact")
    return go(request, f"/pesanan/{order.code}", cookies=cookies)


def _form(request: SiteRequest, typed: dict[str, str], error: Refused | None = None) -> Page:
    faults = error.errors if isinstance(error, Invalid) else {}
    facts = {
        "typed": typed,
        "faults": faults,
        "trouble_said": error.text if error and not faults else "",
    }
    return page(request, "store/find_order.html", facts, status=error.status if error else 200)
