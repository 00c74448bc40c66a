"""One deposit with what there is to pay, as its page shows it."""

from __future__ import annotations

from konter.funding.deposits import Deposit, DepositNotFound, NotYourDeposit, deposit_of
from konter.funding.states import DepositState, Purpose
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.web.api.deposit_view import STATUS
from konter.web.api.payment_wait import Payable, look
from konter.web.my.asked import told_of
from konter.web.my.channels import choices
from konter.web.my.qr import qr_svg
from konter.web.page.guard import visit
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest


async def shown(request: SiteRequest, deposit_id: int, error: Refused | None = None) -> Page:
    """Raises DepositNotFound, of another's as well. ``error``: of what was just tried."""
    deposit, now = await owned(request, deposit_id), request.shop.orders.clock.now()
    async with request.desks.db.read() as tx:
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


async def owned(request: SiteRequest, deposit_id: int) -> Deposit:
    """Raises DepositNotFound, of another's as well."""
    async with request.desks.db.read() as tx:
        try:
            return await deposit_of(tx, deposit_id, request.user.id)
        except NotYourDeposit:
            raise DepositNotFound from None


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
