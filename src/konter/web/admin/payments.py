"""``/admin/payments``: what gateways say was paid, and the story of one with what staff decide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from msgspec import Struct

from konter.funding.accept import accept_payment
from konter.funding.find_payments import find_payments, unsettled_payments
from konter.funding.release import release_payment
from konter.funding.reversal import TakenFrom, record_reversal
from konter.funding.states import PaymentState
from konter.kernel.errors import Refused
from konter.ledger.wallets import GUEST
from konter.orders.payment_story import buyer_of_payment, story_around
from konter.web.admin.acting import Trouble, actor, funding, number_of, query_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

PER_PAGE: Final = 50
UNTROUBLED: Final = Trouble()

Act = Callable[[dict[str, str]], Awaitable[str]]


class _Reason(Struct):
    reason: str


class _Reversal(Struct):
    reason: str
    taken_from: TakenFrom


@get("/admin/payments", include_in_schema=False, opt=STAFF)
async def get_payments(request: SiteRequest) -> Page:
    """The newest first; ``q`` a whole code, reference or id."""
    asked = query_of(request)
    text, gateway, said_state = asked.get("q", ""), asked.get("gateway", ""), asked.get("state", "")
    state = PaymentState(said_state) if said_state in set(PaymentState) else None
    before = number_of(asked.get("before"))
    async with request.desks.db.read() as tx:
        found = await find_payments(
            tx, text, state=state, gateway=gateway, before=before, most=PER_PAGE + 1
        )
        unsettled = await unsettled_payments(tx)
    older = ""
    if len(found) > PER_PAGE:
        last = found[PER_PAGE - 1].id
        older = urlencode({"q": text, "gateway": gateway, "state": state or "", "before": last})
    facts = {
        "payments": found[:PER_PAGE],
        "text": text,
        "gateway": gateway,
        "state": state or "",
        "gateways": sorted(funding(request).gateways),
        "unsettled": unsettled,
        "older": older,
    }
    return page(request, "admin/payments.html", facts)


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
    typed = await fields_of(request)
    try:
        said = await act(typed)
    except Refused as error:
        return await _show(request, payment_id, Trouble(form, typed, error))
    return go(request, f"/admin/payments/{payment_id}", said=said)


async def _show(request: SiteRequest, payment_id: int, trouble: Trouble = UNTROUBLED) -> Page:
    async with request.desks.db.snapshot() as tx:
        payment, story = await story_around(tx, payment_id)
        user_id = await buyer_of_payment(tx, payment_id)
    facts = {"payment": payment, "story": story, "user_id": user_id, "is_guest": user_id == GUEST}
    return page(request, "admin/payment.html", facts | trouble.facts(), status=trouble.status)


async def _buyer(request: SiteRequest, payment_id: int) -> int:
    async with request.desks.db.read() as tx:
        return await buyer_of_payment(tx, payment_id)


ROUTES: Final = (get_payments, get_payment, post_accept, post_release, post_reverse)
