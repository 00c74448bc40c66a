"""``/admin/breakers``: suppliers and SKUs that are left out, and a person's word about them."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get, post
from msgspec import Struct

from konter.hooks import tasks
from konter.kernel.errors import Invalid, Refused
from konter.people.audit import deeds, note
from konter.suppliers import gate, override
from konter.suppliers.accounts import list_accounts
from konter.suppliers.breaker import ACCOUNT, subject_of
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

HERE: Final = "/admin/breakers"
BY_US: Final = "konter"
"""Who paused a shop whose database was restored: only a command, with the time, resumes it."""


class BreakerForm(Struct):
    """``act``: open, close, auto. ``sku`` empty: the account as a whole."""

    account: str
    act: str
    reason: str
    sku: str = ACCOUNT


class PauseForm(Struct):
    """``account`` empty: the whole shop."""

    reason: str
    account: str | None = None


class Told(Struct):
    """What of a deed's detail is shown."""

    reason: str = ""


class RestoredShop(Refused):
    """The shop is paused because its database was restored; a page cannot say what was bought."""

    code = "restored_shop"
    status = 409
    message = (
        "Toko dijeda setelah pemulihan cadangan. Lanjutkan dengan perintah konter resume --since"
    )


@get(HERE, include_in_schema=False, opt=STAFF)
async def get_breakers(request: SiteRequest) -> Page:
    return await _shown(request)


@post(HERE, include_in_schema=False, opt=STAFF, status_code=200)
async def post_breaker(request: SiteRequest) -> Response[str]:
    """Hold it open, close it, or leave it to itself. A repeat does nothing more."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, BreakerForm)
        await _overrule(request, said)
    except Refused as error:
        return await _shown(request, typed, error)
    request.shop.orders.hints.due()
    return go(request, HERE, said=visit(request).say("Pemutus diatur"))


@post(f"{HERE}/pause", include_in_schema=False, opt=STAFF, status_code=200)
async def post_pause(request: SiteRequest) -> Response[str]:
    """Nothing more is sent there, or (no account) at all; orders are still taken."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, PauseForm)
        at = request.desks.people.clock.now()
        told = deed(request, "supplier.pause", _subject(said.account), reason=said.reason)
        async with request.desks.db.transaction() as tx:
            await gate.pause(tx, said.account, by=request.user.email, at=at, reason=said.reason)
            await note(tx, told, at=at)
    except Refused as error:
        return await _shown(request, typed, error)
    return go(request, HERE, said=visit(request).say("Pengiriman dijeda"))


@post(f"{HERE}/resume", include_in_schema=False, opt=STAFF, status_code=200)
async def post_resume(request: SiteRequest) -> Response[str]:
    """Lift a pause, and open a gate that closed for a fault of ours there."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, PauseForm)
        await _resume(request, said)
    except Refused as error:
        return await _shown(request, typed, error)
    request.shop.orders.hints.due()
    return go(request, HERE, said=visit(request).say("Pengiriman dilanjutkan"))


async def _overrule(request: SiteRequest, said: BreakerForm) -> None:
    at, by = request.desks.people.clock.now(), request.user.email
    subject = subject_of((said.account, said.sku))
    told = deed(request, f"breaker.{said.act}", subject, reason=said.reason)
    async with request.desks.db.transaction() as tx:
        match said.act:
            case "open":
                await override.hold_open(tx, said.account, said.sku, by=by, at=at)
            case "close":
                await override.close(tx, said.account, said.sku)
                await tasks.close_many(tx, [subject], at=at, by=by, kind="breaker_open")
            case "auto":
                await override.let_go(tx, said.account, said.sku, at=at)
            case _:
                raise Invalid({"act": ["Pilih tahan, tutup, atau otomatis"]})
        await note(tx, told, at=at)


async def _resume(request: SiteRequest, said: PauseForm) -> None:
    at, by = request.desks.people.clock.now(), request.user.email
    told = deed(request, "supplier.resume", _subject(said.account), reason=said.reason)
    async with request.desks.db.transaction() as tx:
        if said.account is None:
            standing = await gate.shop_pause(tx)
            if standing is not None and standing.by == BY_US:
                raise RestoredShop
        await gate.resume(tx, said.account)
        if said.account is not None:
            await gate.open_gate(tx, said.account)
            subjects = [f"supplier:{said.account}"]
            await tasks.close_many(tx, subjects, at=at, by=by, kind="gate_closed")
        await note(tx, told, at=at)


def _subject(account: str | None) -> str:
    return "shop" if account is None else f"supplier:{account}"


async def _shown(
    request: SiteRequest, typed: dict[str, str] | None = None, error: Refused | None = None
) -> Page:
    desk = catalogue_of(request)
    now = desk.clock.now()
    async with request.desks.db.read() as tx:
        breakers = await override.list_breakers(tx, at=now)
        pause = await gate.shop_pause(tx)
        said = await deeds(tx, act="breaker", most=200)
    said_of = {
        done.subject: msgspec.json.decode(done.detail, type=Told).reason for done in reversed(said)
    }
    facts = {
        "accounts": await list_accounts(desk.suppliers),
        "breakers": breakers,
        "said_of": said_of,
        "pause": pause,
        "restored": pause is not None and pause.by == BY_US,
        "typed": typed or {},
        "faults": error.errors if isinstance(error, Invalid) else {},
        "trouble_said": error.text if error else "",
    }
    return page(request, "admin/breakers.html", facts, status=error.status if error else 200)


ROUTES = [get_breakers, post_breaker, post_pause, post_resume]
