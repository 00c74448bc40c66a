"""``/admin/breakers/pause`` and ``resume``: whether purchases leave, there or at all."""

from __future__ import annotations

from litestar import Response, post
from msgspec import Struct

from konter.hooks.resume_sending import resume_sending
from konter.kernel.errors import Refused
from konter.people.audit import note
from konter.suppliers import gate
from konter.suppliers.overview import BY_US
from konter.web.admin.breakers import HERE, shown
from konter.web.admin.deed import deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import go
from konter.web.request import SiteRequest


class PauseForm(Struct):
    """``account`` empty: the whole shop."""

    reason: str
    account: str | None = None


class RestoredShop(Refused):
    """The shop is paused because its database was restored; a page cannot say what was bought."""

    code = "restored_shop"
    status = 409
    message = (
        "Toko dijeda setelah pemulihan cadangan. Lanjutkan dengan perintah konter resume --since"
    )


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
        return await shown(request, typed, error)
    return go(request, HERE, said=visit(request).say("Pengiriman dijeda"))


@post(f"{HERE}/resume", include_in_schema=False, opt=STAFF, status_code=200)
async def post_resume(request: SiteRequest) -> Response[str]:
    """Lift a pause, and open a gate that closed for a fault of ours there."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, PauseForm)
        await _resume(request, said)
    except Refused as error:
        return await shown(request, typed, error)
    request.shop.orders.hints.due()
    return go(request, HERE, said=visit(request).say("Pengiriman dilanjutkan"))


async def _resume(request: SiteRequest, said: PauseForm) -> None:
    at = request.desks.people.clock.now()
    told = deed(request, "supplier.resume", _subject(said.account), reason=said.reason)
    async with request.desks.db.transaction() as tx:
        if said.account is None:
            standing = await gate.shop_pause(tx)
            if standing is not None and standing.by == BY_US:
                raise RestoredShop
        await resume_sending(tx, said.account, by=request.user.email, at=at)
        await note(tx, told, at=at)


def _subject(account: str | None) -> str:
    return "shop" if account is None else f"supplier:{account}"


ROUTES = [post_pause, post_resume]
