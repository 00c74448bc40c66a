"""A user's wallet in the hands of staff: adjusted, given credit, blocked."""

from __future__ import annotations

from typing import Final, Literal

from litestar import Response, post
from msgspec import Struct

from konter.funding.adjustments import AdjustmentState
from konter.funding.ask_adjustment import ask_adjustment
from konter.funding.wallet_terms import set_blocked, set_credit
from konter.web.admin.acting import actor, funding, rupiah_typed
from konter.web.admin.user import act_on_user
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.request import RowId, SiteRequest


class _Adjustment(Struct):
    amount: str
    reason: str
    ref_id: str
    way: Literal["add", "take"] = "add"


class _Credit(Struct):
    limit: str
    reason: str


class _Block(Struct):
    reason: str
    blocked: Literal["yes", "no"] = "yes"


@post("/admin/users/{user_id:int}/adjust", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_adjust(request: SiteRequest, user_id: RowId) -> Response[str]:
    """At once, or asked for: as the amount is."""

    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Adjustment)
        amount = rupiah_typed(said.amount, "amount")
        done = await ask_adjustment(
            funding(request),
            user_id=user_id,
            amount=amount if said.way == "add" else -amount,
            reason=said.reason,
            ref_id=said.ref_id,
            by=actor(request),
        )
        say = visit(request).say
        if done.state == AdjustmentState.ALONE:
            return say("Saldo disesuaikan")
        return say("Penyesuaian diminta, menunggu persetujuan admin lain")

    return await act_on_user(request, user_id, "adjust", act)


@post("/admin/users/{user_id:int}/credit", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_credit(request: SiteRequest, user_id: RowId) -> Response[str]:
    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Credit)
        limit = rupiah_typed(said.limit, "limit")
        await set_credit(
            funding(request), user_id=user_id, limit=limit, reason=said.reason, by=actor(request)
        )
        return visit(request).say("Batas kredit disimpan")

    return await act_on_user(request, user_id, "credit", act)


@post("/admin/users/{user_id:int}/block", include_in_schema=False, opt=STAFF, status_code=200)
async def post_block(request: SiteRequest, user_id: RowId) -> Response[str]:
    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Block)
        blocked = said.blocked == "yes"
        await set_blocked(
            funding(request),
            user_id=user_id,
            blocked=blocked,
            reason=said.reason,
            by=actor(request),
        )
        say = visit(request).say
        return say("Saldo diblokir") if blocked else say("Blokir saldo dibuka")

    return await act_on_user(request, user_id, "block", act)


ROUTES: Final = (post_adjust, post_credit, post_block)
