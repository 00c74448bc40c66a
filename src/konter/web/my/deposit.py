"""``/my/deposits/{id}``: what there is to pay for one deposit, and what can be done with it."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from konter.funding.deposit import buyer_of
from konter.funding.lapse import cancel_deposit
from konter.funding.renew_deposit import renew_deposit
from konter.funding.states import DepositState, Purpose
from konter.kernel.errors import Refused
from konter.web.my.deposit_shown import owned, shown
from konter.web.page.forms import fields_of
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go
from konter.web.payment_wait import gateway_asked, link_made
from konter.web.request import RowId, SiteRequest


@get("/my/deposits/{deposit_id:int}", include_in_schema=False, opt=OWN)
async def get_deposit(request: SiteRequest, deposit_id: RowId) -> Page:
    """Raises DepositNotFound, of another's as well."""
    return await shown(request, deposit_id)


@post("/my/deposits/{deposit_id:int}/pay", include_in_schema=False, opt=OWN, status_code=200)
async def post_deposit_pay(request: SiteRequest, deposit_id: RowId) -> Response[str]:
    """A link that can be paid, by another channel if one is named."""
    typed, person = await fields_of(request), request.user
    await owned(request, deposit_id)
    try:
        await renew_deposit(
            request.shop.orders.funding,
            deposit_id,
            user_id=person.id,
            channel=typed.get("payment_method") or None,
            buyer=buyer_of(
                name=person.name, email=person.email, phone=typed.get("customer_phone") or None
            ),
        )
    except Refused as error:
        return await shown(request, deposit_id, error)
    await link_made(request.shop, Purpose.DEPOSIT, deposit_id)
    return go(request, f"/my/deposits/{deposit_id}")


@post("/my/deposits/{deposit_id:int}/check", include_in_schema=False, opt=OWN, status_code=200)
async def post_deposit_check(request: SiteRequest, deposit_id: RowId) -> Redirect:
    """Have the gateway asked now, as far as its rules allow, and wait briefly."""
    deposit = await owned(request, deposit_id)
    if deposit.state is DepositState.AWAITING_PAYMENT:
        await gateway_asked(request.shop, Purpose.DEPOSIT, deposit_id)
        deposit = await owned(request, deposit_id)
    said = (
        visit(request).say("Pembayaran sudah masuk ke saldo Anda")
        if deposit.state is DepositState.CREDITED
        else visit(request).say("Pembayaran belum kami terima. Kami terus memeriksanya")
    )
    return go(request, f"/my/deposits/{deposit_id}", said=said)


@post("/my/deposits/{deposit_id:int}/cancel", include_in_schema=False, opt=OWN, status_code=200)
async def post_deposit_cancel(request: SiteRequest, deposit_id: RowId) -> Response[str]:
    """A payment that is made all the same is credited all the same."""
    await owned(request, deposit_id)
    try:
        await cancel_deposit(request.shop.orders.funding, deposit_id, user_id=request.user.id)
    except Refused as error:
        return await shown(request, deposit_id, error)
    return go(request, f"/my/deposits/{deposit_id}", said=visit(request).say("Deposit dibatalkan"))


ROUTES: Final = [get_deposit, post_deposit_pay, post_deposit_check, post_deposit_cancel]
