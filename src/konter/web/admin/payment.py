"""``/admin/payments/{id}``: the story of one payment, and what staff decide about it."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.funding.accept import accept_payment
from konter.funding.release import release_payment
from konter.funding.reversal import TakenFrom, record_reversal
from konter.ledger.wallets import GUEST
from konter.orders.payment_story import buyer_of_payment, story_around
from konter.web.admin.acting import UNTROUBLED, Act, Trouble, actor, funding, tried
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest


class _Reason(Struct):
    reason: str


class _Reversal(Struct):
    reason: str
    taken_from: TakenFrom


@get("/admin/payments/{payment_id:int}", include_in_schema=False, opt=STAFF)
async def get_payment(request: SiteRequest, payment_id: RowId) -> Page:
    """Raises PaymentNotFound."""
    return await _show(request, payment_id)


@post("/admin/payments/{payment_id:int}/accept", include_in_schema=False, opt=STAFF,
      status_code=200)  # fmt: skip
async def post_accept(request: SiteRequest, payment_id: RowId) -> Response[str]:
    """Take it for full."""

    async def act(typed: dict[str, str]) -> str:
        reason = read_form(typed, _Reason).reason
        await accept_payment(funding(request), payment_id, actor=actor(request), reason=reason)
        return visit(request).say("Pembayaran diterima, sebentar lagi dipakai untuk tagihannya")

    return await _act(request, payment_id, "accept", act)


@post("/admin/payments/{payment_id:int}/release", include_in_schema=False, opt=STAFF,
      status_code=200)  # fmt: skip
async def post_release(request: SiteRequest, payment_id: RowId) -> Response[str]:
    """Give it back to its buyer."""

    async def act(typed: dict[str, str]) -> str:
        reason = read_form(typed, _Reason).reason
        user_id = await _buyer(request, payment_id)
        by = actor(request)
        desk = funding(request)
        await release_payment(desk, payment_id, user_id=user_id, actor=by, reason=reason)
        say = visit(request).say
        if user_id == GUEST:
            return say("Uang tamu dicatat sebagai pengembalian dana yang harus dibayar")
        return say("Uang dikembalikan ke saldo pembeli")

    return await _act(request, payment_id, "release", act)


@post("/admin/payments/{payment_id:int}/reverse", include_in_schema=False, opt=STAFF,
      status_code=200)  # fmt: skip
async def post_reverse(request: SiteRequest, payment_id: RowId) -> Response[str]:
    """The gateway gave it back to its payer: who bears it."""

    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Reversal)
        await record_reversal(
            funding(request),
            payment_id,
            taken_from=said.taken_from,
            user_id=await _buyer(request, payment_id),
            actor=actor(request),
            reason=said.reason,
        )
        return visit(request).say("Pengembalian oleh gateway dicatat")

    return await _act(request, payment_id, "reverse", act)


async def _act(request: SiteRequest, payment_id: int, form: str, act: Act) -> Response[str]:
    async def show(trouble: Trouble) -> Page:
        return await _show(request, payment_id, trouble)

    return await tried(request, form, act, show=show, back=f"/admin/payments/{payment_id}")


async def _show(request: SiteRequest, payment_id: int, trouble: Trouble = UNTROUBLED) -> Page:
    async with request.desks.db.snapshot() as tx:
        payment, story = await story_around(tx, payment_id)
        user_id = await buyer_of_payment(tx, payment_id)
    facts = {"payment": payment, "story": story, "user_id": user_id, "is_guest": user_id == GUEST}
    return page(request, "admin/payment.html", facts | trouble.facts(), status=trouble.status)


async def _buyer(request: SiteRequest, payment_id: int) -> int:
    async with request.desks.db.read() as tx:
        return await buyer_of_payment(tx, payment_id)


ROUTES: Final = (get_payment, post_accept, post_release, post_reverse)
