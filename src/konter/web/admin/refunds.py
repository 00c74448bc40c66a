"""``/admin/refunds``: what we owe to guests, and that it was paid."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.funding.pay_out import due_refunds, settle_refund
from konter.web.admin.acting import UNTROUBLED, Trouble, actor, funding, tried
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest


class _Paid(Struct):
    bank: str
    evidence: str


@get("/admin/refunds", include_in_schema=False, opt=STAFF)
async def get_refunds(request: SiteRequest) -> Page:
    """All that is due, the oldest first."""
    return await _show(request)


@post("/admin/refunds/{refund_id:int}/settle", include_in_schema=False, opt=STAFF,
      status_code=200)  # fmt: skip
async def post_settle(request: SiteRequest, refund_id: RowId) -> Response[str]:
    """Once; the same facts again change nothing."""

    async def act(typed: dict[str, str]) -> str:
        said, by = read_form(typed, _Paid), actor(request)
        bank = said.bank.lower()
        desk = funding(request)
        await settle_refund(desk, refund_id, bank=bank, evidence=said.evidence, actor=by)
        return visit(request).say("Pengembalian dana dicatat lunas")

    async def show(trouble: Trouble) -> Page:
        return await _show(request, trouble)

    return await tried(request, str(refund_id), act, show=show, back="/admin/refunds")


async def _show(request: SiteRequest, trouble: Trouble = UNTROUBLED) -> Page:
    async with request.desks.db.read() as tx:
        due = await due_refunds(tx)
    facts = {"due": due, "total": sum(refund.amount for refund in due)}
    return page(request, "admin/refunds.html", facts | trouble.facts(), status=trouble.status)


ROUTES: Final = (get_refunds, post_settle)
