"""``/my/deposits/{id}``: what there is to pay for one deposit, and what can be done with it."""

from __future__ import annotations

from typing import Final

import segno
from litestar import Response, get, post
from litestar.response import Redirect
from markupsafe import Markup

from konter.db.pool import Tx
from konter.funding.deposit import buyer_of
from konter.funding.deposits import Deposit, DepositNotFound, NotYourDeposit, deposit_of
from konter.funding.lapse import cancel_deposit
from konter.funding.renew_deposit import renew_deposit
from konter.funding.states import DepositState, Purpose
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.web.api.deposit_view import STATUS
from konter.web.api.payment_wait import Payable, gateway_asked, link_made, look
from konter.web.my.asked import told_of
from konter.web.my.channels import choices
from konter.web.page.forms import fields_of
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest


@get("/my/deposits/{deposit_id:int}", include_in_schema=False, opt=OWN)
async def get_deposit(request: SiteRequest, deposit_id: RowId) -> Page:
    """Raises DepositNotFound, of another's as well."""
    return await _shown(request, deposit_id)


@post("/my/deposits/{deposit_id:int}/pay", include_in_schema=False, opt=OWN, status_code=200)
async def post_deposit_pay(request: SiteRequest, deposit_id: RowId) -> Response[str]:
    """A link that can be paid, by another channel if one is named."""
    typed, person = await fields_of(request), request.user
    await _owned(request, deposit_id)
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
        return await _shown(request, deposit_id, error)
    await link_made(request.shop, Purpose.DEPOSIT, deposit_id)
    return go(request, f"/my/deposits/{deposit_id}")


@post("/my/deposits/{deposit_id:int}/check", include_in_schema=False, opt=OWN, status_code=200)
async def post_deposit_check(request: SiteRequest, deposit_id: RowId) -> Redirect:
    """Have the gateway asked now, as far as its rules allow, and wait briefly."""
    deposit = await _owned(request, deposit_id)
    if deposit.state is DepositState.AWAITING_PAYMENT:
        await gateway_asked(request.shop, Purpose.DEPOSIT, deposit_id)
        deposit = await _owned(request, deposit_id)
    said = (
        visit(request).say("Pembayaran sudah masuk ke saldo Anda")
        if deposit.state is DepositState.CREDITED
        else visit(request).say("Pembayaran belum kami terima. Kami terus memeriksanya")
    )
    return go(request, f"/my/deposits/{deposit_id}", said=said)


@post("/my/deposits/{deposit_id:int}/cancel", include_in_schema=False, opt=OWN, status_code=200)
async def post_deposit_cancel(request: SiteRequest, deposit_id: RowId) -> Response[str]:
    """A payment that is made all the same is credited all the same."""
    await _owned(request, deposit_id)
    try:
        await cancel_deposit(request.shop.orders.funding, deposit_id, user_id=request.user.id)
    except Refused as error:
        return await _shown(request, deposit_id, error)
    return go(request, f"/my/deposits/{deposit_id}", said=visit(request).say("Deposit dibatalkan"))


ROUTES: Final = [get_deposit, post_deposit_pay, post_deposit_check, post_deposit_cancel]


def qr_svg(text: str, title: str) -> Markup:
    """A drawing that scales with its box, dark on light whatever the page's colours are."""
    drawn = segno.make(text, error="m", micro=False)
    return Markup(drawn.svg_inline(omitsize=True, border=3, light="#fff", dark="#000", title=title))


async def own_deposit(tx: Tx, deposit_id: int, user_id: int) -> Deposit:
    """Raises DepositNotFound, of another's as well."""
    try:
        return await deposit_of(tx, deposit_id, user_id)
    except NotYourDeposit:
        raise DepositNotFound from None


async def _owned(request: SiteRequest, deposit_id: int) -> Deposit:
    async with request.desks.db.read() as tx:
        return await own_deposit(tx, deposit_id, request.user.id)


async def _shown(request: SiteRequest, deposit_id: int, error: Refused | None = None) -> Page:
    now = request.shop.orders.clock.now()
    async with request.desks.db.read() as tx:
        deposit = await own_deposit(tx, deposit_id, request.user.id)
        payable = await look(tx, Purpose.DEPOSIT, deposit.id, now=now)
        is_open = deposit.state is DepositState.AWAITING_PAYMENT
        ways = await choices(request, tx, Rupiah(deposit.amount)) if is_open else []
    facts = {
        "deposit": deposit,
        "is_open": is_open,
        "ways": ways,
        "chosen": payable.invoice.full_channel,
        **_to_pay(request, deposit, payable),
        **told_of(error),
    }
    return page(request, "my/deposit.html", facts, status=error.status if error else 200)


def _to_pay(request: SiteRequest, deposit: Deposit, payable: Payable) -> dict[str, object]:
    """``payment``: the PaymentView; beside it what a page shows better than its texts."""
    payment = payable.view(status=STATUS[deposit.state], paid_at=deposit.credited_at)
    invoice = payable.invoice
    to_pay = invoice.amount if invoice.charged is None else invoice.charged
    title = visit(request).say("Kode QR pembayaran")
    return {
        "payment": payment,
        "to_pay": Rupiah(to_pay),
        "fee": Rupiah(max(0, to_pay - invoice.price)),
        "pay_by": invoice.expires_at,
        "qr": qr_svg(payment.qr, title) if payment.qr else "",
    }
