"""``/my/deposits/new``: money for one's balance, and how it is to be paid."""

from __future__ import annotations

import secrets
from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.funding.deposit import buyer_of, place_deposit
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import ZERO, Rupiah
from konter.web.api.payment_channels import amount_of
from konter.web.my.asked import asked_of, told_of
from konter.web.my.channels import choices
from konter.web.page.forms import fields_of, read_form
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.payment_wait import link_made
from konter.web.request import SiteRequest

SUGGESTED: Final = (20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
SHOWN: Final = ("amount", "payment_method", "customer_phone")


class NewDeposit(Struct):
    """``ref_id``: made with the form, so that two clicks are one deposit."""

    amount: str
    payment_method: str
    ref_id: str
    customer_phone: str | None = None


@get("/my/deposits/new", include_in_schema=False, opt=OWN)
async def get_new_deposit(request: SiteRequest) -> Page:
    """How much; then by which channel, with what each adds."""
    asked = asked_of(request)
    try:
        amount = _amount(asked["amount"]) if "amount" in asked else None
    except Invalid as error:
        return await _form(request, None, asked, error)
    return await _form(request, amount, asked)


@post("/my/deposits/new", include_in_schema=False, opt=OWN, status_code=200)
async def post_new_deposit(request: SiteRequest) -> Response[str]:
    """On to the deposit's page, or the same form with what was wrong."""
    typed = await fields_of(request)
    amount: Rupiah | None = None
    try:
        said = read_form(typed, NewDeposit)
        amount = _amount(said.amount)
        deposit, replayed = await place_deposit(
            request.shop.orders.funding,
            user_id=request.user.id,
            amount=amount,
            channel=said.payment_method,
            ref_id=said.ref_id,
            buyer=buyer_of(
                name=request.user.name, email=request.user.email, phone=said.customer_phone
            ),
        )
    except Refused as error:
        return await _form(request, amount, typed, error)
    if not replayed:
        await link_made(request.shop, Purpose.DEPOSIT, deposit.id)
    return go(request, f"/my/deposits/{deposit.id}")


ROUTES: Final = [get_new_deposit, post_new_deposit]


def _amount(text: str) -> Rupiah:
    """``Rp 100.000`` and ``100000`` alike. Raises Invalid."""
    digits = "".join(text.lower().replace("rp", "").split()).replace(".", "")
    amount = amount_of(digits if digits.isascii() and digits.isdigit() else "?")
    if amount == ZERO:
        raise Invalid({"amount": ["Harus lebih dari 0"]})
    return amount


async def _form(
    request: SiteRequest,
    amount: Rupiah | None,
    typed: dict[str, str],
    error: Refused | None = None,
) -> Page:
    funding = request.shop.orders.funding
    ways = []
    if amount is not None:
        async with request.desks.db.read() as tx:
            ways = await choices(request, tx, amount)
    facts = {
        "amount": amount,
        "ways": ways,
        "least": funding.deposit_least,
        "most": funding.deposit_most,
        "suggested": [some for some in SUGGESTED if _fits(request, some)],
        "typed": typed,
        "chosen": typed.get("payment_method", ""),
        "ref_id": f"web-{secrets.token_hex(12)}",
        **told_of(error, *SHOWN),
    }
    return page(request, "my/new_deposit.html", facts, status=error.status if error else 200)


def _fits(request: SiteRequest, amount: int) -> bool:
    funding = request.shop.orders.funding
    most = funding.deposit_most
    return funding.deposit_least.amount <= amount and (most is None or amount <= most.amount)
