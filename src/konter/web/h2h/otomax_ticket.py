"""``GET /otomax/ticket``: a deposit that the member's operator can pay at once."""

from __future__ import annotations

from litestar import get

from konter.funding.deposit import buyer_of
from konter.funding.states import Purpose
from konter.funding.ticket import order_ticket
from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.people.signatures import OtomaxTicket
from konter.web.h2h.otomax_document import TAGS, asking
from konter.web.h2h.otomax_line import Line
from konter.web.h2h.otomax_query import number_of, otomax_member, query_of
from konter.web.payment_view import PENDING
from konter.web.payment_wait import Payable, link_made
from konter.web.request import SiteRequest


@get(
    "/ticket",
    summary="Otomax: tiket deposit",
    operation_class=asking(amount="rupiah bulat"),
    tags=TAGS,
)
async def get_ticket(request: SiteRequest) -> Line:
    """By the payment channel that costs least; waits some seconds for its link. The same amount
    again, while it can be paid, is the same ticket. A shop without a gateway says that it offers
    none."""
    query = query_of(request)
    call = OtomaxTicket(query.get("memberid", ""), query.get("amount", ""))
    person = (await otomax_member(request, query, call)).person
    amount = Rupiah(number_of(query, "amount", most=10**12) or 0)
    deposit, _ = await order_ticket(
        request.shop.orders.funding,
        user_id=person.id,
        amount=amount,
        buyer=buyer_of(name=person.name, email=person.email),
    )
    payable = await link_made(request.shop, Purpose.DEPOSIT, deposit.id)
    return Line(f"Tiket {deposit.code}. {_how_to_pay(payable)}")


def _how_to_pay(payable: Payable) -> str:
    shown = payable.view(status=PENDING, paid_at=None)
    where = shown.pay_code or shown.url or shown.qr_url
    if where is None:
        return shown.message
    to_pay = shown.amount.removesuffix(".00")
    until = payable.invoice.expires_at.astimezone(WIB)
    how = f"Bayar {Rupiah(int(to_pay)).shown().removeprefix('Rp ')} lewat {shown.channel}"
    return f"{how}: {where}. Berlaku sampai {until:%d/%m %H:%M}"
