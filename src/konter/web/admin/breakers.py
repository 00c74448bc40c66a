"""``/admin/breakers``: suppliers and SKUs that are left out, and a person's word about them."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get, post
from msgspec import Struct

from konter.hooks.close_breaker import close_breaker
from konter.kernel.errors import Invalid, Refused
from konter.people.audit import deeds, note
from konter.suppliers import override
from konter.suppliers.breaker import ACCOUNT, subject_of
from konter.suppliers.overview import sending
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

HERE: Final = "/admin/breakers"


class BreakerForm(Struct):
    """``act``: open, close, auto. ``sku`` empty: the account as a whole."""

    account: str
    act: str
    reason: str
    sku: str = ACCOUNT


class Told(Struct):
    """What of a deed's detail is shown."""

    reason: str = ""


@get(HERE, include_in_schema=False, opt=STAFF)
async def get_breakers(request: SiteRequest) -> Page:
    return await shown(request)


@post(HERE, include_in_schema=False, opt=STAFF, status_code=200)
async def post_breaker(request: SiteRequest) -> Response[str]:
    """Hold it open, close it, or leave it to itself. A repeat does nothing more."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, BreakerForm)
        await _overrule(request, said)
    except Refused as error:
        return await shown(request, typed, error)
    request.shop.orders.hints.due()
    return go(request, HERE, said=visit(request).say("Pemutus diatur"))


async def _overrule(request: SiteRequest, said: BreakerForm) -> None:
    at, by = request.desks.people.clock.now(), request.user.email
    subject = subject_of((said.account, said.sku))
    told = deed(request, f"breaker.{said.act}", subject, reason=said.reason)
    async with request.desks.db.transaction() as tx:
        match said.act:
            case "open":
                await override.hold_open(tx, said.account, said.sku, by=by, at=at)
            case "close":
                await close_breaker(tx, said.account, said.sku, by=by, at=at)
            case "auto":
                await override.let_go(tx, said.account, said.sku, at=at)
            case _:
                raise Invalid({"act": ["Pilih tahan, tutup, atau otomatis"]})
        await note(tx, told, at=at)


async def shown(
    request: SiteRequest, typed: dict[str, str] | None = None, error: Refused | None = None
) -> Page:
    found = await sending(catalogue_of(request).suppliers)
    async with request.desks.db.read() as tx:
        said = await deeds(tx, act="breaker", most=200)
    facts = {
        "found": found,
        "said_of": {
            done.subject: msgspec.json.decode(done.detail, type=Told).reason
            for done in reversed(said)
        },
        "typed": typed or {},
        "faults": error.errors if isinstance(error, Invalid) else {},
        "trouble_said": error.text if error else "",
    }
    return page(request, "admin/breakers.html", facts, status=error.status if error else 200)


ROUTES = [get_breakers, post_breaker]
