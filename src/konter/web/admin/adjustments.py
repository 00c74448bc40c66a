"""``/admin/adjustments``: what waits for a second pair of eyes, and what became of the rest."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.funding.adjustments import AdjustmentState, adjustments
from konter.funding.decide_adjustment import (
    approve_adjustment,
    refuse_adjustment,
    withdraw_adjustment,
)
from konter.people.permits import Role
from konter.web.admin.acting import (
    UNTROUBLED,
    Act,
    Trouble,
    actor,
    funding,
    number_of,
    query_of,
    tried,
)
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest

PER_PAGE: Final = 50


class _Refusal(Struct):
    reason: str


@get("/admin/adjustments", include_in_schema=False, opt=STAFF)
async def get_adjustments(request: SiteRequest) -> Page:
    return await _show(request)


@post("/admin/adjustments/{adjustment_id:int}/approve", include_in_schema=False, opt=ADMIN,
      status_code=200)  # fmt: skip
async def post_approve(request: SiteRequest, adjustment_id: RowId) -> Response[str]:
    async def act(_: dict[str, str]) -> str:
        await approve_adjustment(funding(request), adjustment_id, by=actor(request))
        return visit(request).say("Penyesuaian disetujui, saldo sudah berubah")

    return await _decide(request, adjustment_id, act)


@post("/admin/adjustments/{adjustment_id:int}/refuse", include_in_schema=False, opt=ADMIN,
      status_code=200)  # fmt: skip
async def post_refuse(request: SiteRequest, adjustment_id: RowId) -> Response[str]:
    async def act(typed: dict[str, str]) -> str:
        reason, by = read_form(typed, _Refusal).reason, actor(request)
        await refuse_adjustment(funding(request), adjustment_id, reason=reason, by=by)
        return visit(request).say("Penyesuaian ditolak")

    return await _decide(request, adjustment_id, act)


@post("/admin/adjustments/{adjustment_id:int}/withdraw", include_in_schema=False, opt=ADMIN,
      status_code=200)  # fmt: skip
async def post_withdraw(request: SiteRequest, adjustment_id: RowId) -> Response[str]:
    async def act(_: dict[str, str]) -> str:
        await withdraw_adjustment(funding(request), adjustment_id, by=actor(request))
        return visit(request).say("Permintaan ditarik")

    return await _decide(request, adjustment_id, act)


async def _decide(request: SiteRequest, adjustment_id: int, act: Act) -> Response[str]:
    async def show(trouble: Trouble) -> Page:
        return await _show(request, trouble)

    return await tried(request, str(adjustment_id), act, show=show, back="/admin/adjustments")


async def _show(request: SiteRequest, trouble: Trouble = UNTROUBLED) -> Page:
    before = number_of(query_of(request).get("before"))
    async with request.desks.db.read() as tx:
        waiting = await adjustments(tx, state=AdjustmentState.ASKED, most=200)
        past = await adjustments(tx, before=before, most=PER_PAGE + 1)
    facts = {
        "waiting": waiting,
        "past": [one for one in past[:PER_PAGE] if not one.is_open],
        "older": past[PER_PAGE - 1].id if len(past) > PER_PAGE else None,
        "is_admin": request.user.role is Role.ADMIN,
        "alone": funding(request).adjust_alone,
    }
    return page(request, "admin/adjustments.html", facts | trouble.facts(), status=trouble.status)


ROUTES: Final = (get_adjustments, post_approve, post_refuse, post_withdraw)
