"""One deposit with what there is to pay, as its page shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from konter.funding.deposits import Deposit, DepositNotFound, NotYourDeposit, deposit_of
from konter.funding.states import DepositState, Purpose
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.web.api.deposit_view import STATUS
from konter.web.my.asked import told_of
from konter.web.page.guard import visit
from konter.web.page.render import Page, page
from konter.web.payment_wait import Payable, look
from konter.web.request import SiteRequest
from konter.web.track.payment import Payment, names_and_ways, offered, payment_by
from konter.web.track.standing import Link, link_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A deposit as read at ``at`` (UTC); ``link`` None: nothing is to be paid."""

    deposit: Deposit
    payable: Payable
    at: datetime

    @property
    def is_open(self) -> bool:
        return self.deposit.state is DepositState.AWAITING_PAYMENT

    @property
    def has_arrived(self) -> bool:
        return self.payable.heard.arrived > 0

    @property
    def link(self) -> Link | None:
        return link_of(self.payable) if self.is_open and not self.has_arrived else None

    @property
    def is_over(self) -> bool:
        return not self.is_open and not self.has_arrived

    @property
    def version(self) -> str:
        """Another one whenever its page would read otherwise."""
        number = self.payable.invoice.number
        told = (self.deposit.state, self.link, self.has_arrived, number)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses of its page, for the templates that orders share."""

    page: str

    @property
    def pay(self) -> str:
        return f"{self.page}/pay"

    @property
    def qr(self) -> str:
        return f"{self.page}/qr.png"


async def shown(
    request: SiteRequest,
    deposit_id: int,
    error: Refused | None = None,
    *,
    template: str = "my/deposit.html",
) -> Page:
    """Raises DepositNotFound, of another's as well. ``error``: of what was just tried."""
    standing = await standing_of_deposit(request, deposit_id)
    deposit, payable = standing.deposit, standing.payable
    price = Rupiah(deposit.amount)
    async with request.desks.db.read() as tx:
        names, ways = await names_and_ways(
            request.shop.orders.funding, tx, price, is_payable=standing.link is not None
        )
    payment = payable.view(status=STATUS[deposit.state], paid_at=deposit.credited_at)
    pay = payment_by(payable.invoice, standing.link, price=price, names=names)
    facts = {
        "deposit": deposit,
        "standing": standing,
        "at": Place(f"/my/deposits/{deposit.id}"),
        "message": payment.message,
        "pay": pay,
        "ways": offered(ways, pay, visit(request).say),
        "poll_s": request.desks.live.poll,
        **told_of(error),
    }
    return page(request, template, facts, status=error.status if error else 200)


async def standing_of_deposit(request: SiteRequest, deposit_id: int) -> Standing:
    """Raises DepositNotFound, of another's as well."""
    deposit, now = await owned(request, deposit_id), request.shop.orders.clock.now()
    async with request.desks.db.read() as tx:
        payable = await look(tx, Purpose.DEPOSIT, deposit.id, now=now)
    return Standing(deposit, payable, now)


async def payment_of_deposit(request: SiteRequest, deposit_id: int) -> Payment:
    """What its page shows of the payment, without the channels' names. Raises DepositNotFound."""
    standing = await standing_of_deposit(request, deposit_id)
    price = Rupiah(standing.deposit.amount)
    return payment_by(standing.payable.invoice, standing.link, price=price, names={})


async def owned(request: SiteRequest, deposit_id: int) -> Deposit:
    """Raises DepositNotFound, of another's as well."""
    async with request.desks.db.read() as tx:
        try:
            return await deposit_of(tx, deposit_id, request.user.id)
        except NotYourDeposit:
            raise DepositNotFound from None
