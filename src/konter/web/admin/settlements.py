"""``/admin/settlements``: money that moved at the bank, as an admin saw it there."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.funding.payout import record_payout
from konter.funding.settlement import record_settlement
from konter.funding.topup import record_topup
from konter.kernel.errors import Invalid
from konter.ledger.read import account_sums
from konter.people.permits import Role
from konter.web.admin.acting import (
    UNTROUBLED,
    Act,
    Trouble,
    actor,
    funding,
    new_ref,
    rupiah_typed,
    tried,
)
from konter.web.page.forms import read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest

ASSETS: Final = ("gateway:", "bank:", "provider:")
OTHERS: Final = ("escrow", "unapplied", "refunds_due", "sales", "cost", "fees", "losses",
                 "adjustments", "equity")  # fmt: skip


class _Settlement(Struct):
    gateway: str
    amount: str
    bank: str
    ref_id: str
    fee: str = "0"
    number: str = ""


class _Topup(Struct):
    account: str
    amount: str
    bank: str
    ref_id: str
    number: str = ""


class _Payout(Struct):
    amount: str
    bank: str
    reason: str
    ref_id: str


@get("/admin/settlements", include_in_schema=False, opt=STAFF)
async def get_settlements(request: SiteRequest) -> Page:
    return await _show(request)


@post("/admin/settlements/gateway", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_settlement(request: SiteRequest) -> Response[str]:
    """A gateway paid out to our bank what it owed us."""

    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Settlement)
        await record_settlement(
            funding(request),
            gateway=said.gateway,
            amount=rupiah_typed(said.amount, "amount"),
            bank=said.bank.lower(),
            fee=rupiah_typed(said.fee, "fee"),
            actor=actor(request),
            key=said.number or said.ref_id,
        )
        return visit(request).say("Pencairan dicatat")

    return await _act(request, "gateway", act)


@post("/admin/settlements/topup", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_topup(request: SiteRequest) -> Response[str]:
    """We paid into a supplier's deposit."""

    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Topup)
        if said.account not in request.shop.orders.providers:
            raise Invalid({"account": ["Pilih akun penyedia"]})
        await record_topup(
            funding(request),
            account=said.account,
            amount=rupiah_typed(said.amount, "amount"),
            bank=said.bank.lower(),
            actor=actor(request),
            key=said.number or said.ref_id,
        )
        return visit(request).say("Isi deposit dicatat")

    return await _act(request, "topup", act)


@post("/admin/settlements/payout", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_payout(request: SiteRequest) -> Response[str]:
    """The owner took money out."""

    async def act(typed: dict[str, str]) -> str:
        said = read_form(typed, _Payout)
        await record_payout(
            funding(request),
            amount=rupiah_typed(said.amount, "amount"),
            bank=said.bank.lower(),
            reason=said.reason,
            actor=actor(request),
            key=said.ref_id,
        )
        return visit(request).say("Penarikan pemilik dicatat")

    return await _act(request, "payout", act)


async def _act(request: SiteRequest, form: str, act: Act) -> Response[str]:
    async def show(trouble: Trouble) -> Page:
        return await _show(request, trouble)

    return await tried(request, form, act, show=show, back="/admin/settlements")


async def _show(request: SiteRequest, trouble: Trouble = UNTROUBLED) -> Page:
    """What the books say of every account. What others hold for us is shown as ours."""
    async with request.desks.db.snapshot() as tx:
        sums = await account_sums(tx)
    held = [(name, -amount) for name, amount in sums.items() if name.startswith(ASSETS)]
    facts = {
        "held": held,
        "others": [(name, sums.get(name, 0)) for name in OTHERS],
        "wallets": sum(amount for name, amount in sums.items() if name.startswith("wallet:")),
        "gateways": [(code, code) for code in sorted(funding(request).gateways)],
        "accounts": [(code, code) for code in sorted(request.shop.orders.providers)],
        "is_admin": request.user.role is Role.ADMIN,
        "ref_id": new_ref(),
    }
    return page(request, "admin/settlements.html", facts | trouble.facts(), status=trouble.status)


ROUTES: Final = (get_settlements, post_settlement, post_topup, post_payout)
