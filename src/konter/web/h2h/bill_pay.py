"""``POST /api/v1/pascabayar/pay``: what was checked is paid, and the first news waited for."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from konter.kernel.errors import Refused
from konter.orders.bill_asks import BillPayment
from konter.orders.bill_words import (
    Said,
    said_of_refusal,
)
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.pay_bill import pay_bill
from konter.people.members import Member
from konter.people.signatures import of_bill_payment
from konter.web.answer import Answer
from konter.web.h2h.bill_answer import (
    TAGS,
    UNPROVED,
    BillAnswer,
    BillAsked,
    payment_answer,
    who_calls,
)
from konter.web.h2h.bill_news import payment_news
from konter.web.h2h.bill_problems import PAY, bill_problems, handlers
from konter.web.request import SiteRequest

Amount = Annotated[int, Meta(ge=1, le=10**15)]


class NewPayment(BillAsked, kw_only=True):
    """``amount``: whole rupiah, as the check under this ``ref_id`` said it, without the fee.
    ``sign``: ``md5(ref_id + customer_no + buyer_sku + amount + secret)``."""

    amount: Amount


@post(
    "/pay",
    summary="Bayar tagihan",
    status_code=200,
    responses=bill_problems(PAY, has_body=True) | UNPROVED,
    exception_handlers=handlers(PAY),
    tags=TAGS,
)
async def post_pay(data: JSONBody[NewPayment], request: SiteRequest) -> Answer[BillAnswer]:
    """Paid once for each ``ref_id``: the same again is answered with where it stands. ``rc`` 09 is
    not decided yet: ask again, or wait for the callback; ``Prefer: respond-async`` never waits.

    ``rc`` 01: nothing was paid, see ``message``; 04: your balance; 05: this bill is paid or being
    paid; 08 and the rest: it failed, and the wallet has its money back.
    """
    return await paid(request, data, digits=str(data.amount))


async def paid(request: SiteRequest, asked: NewPayment, *, digits: str) -> Answer[BillAnswer]:
    """The payment of every door. ``digits``: the amount as it is signed. Raises Invalid,
    Unavailable; neither once the payment is taken."""
    parts = of_bill_payment(asked.ref_id, asked.customer_no, asked.buyer_sku, digits)
    who = await who_calls(request, parts, username=asked.username, sign=asked.sign)
    if isinstance(who, Said):
        return Answer(payment_answer(request, asked, who, None, by=None), status=401)
    payment = BillPayment(
        member=who,
        product_code=asked.buyer_sku,
        customer_no=asked.customer_no,
        ref_id=asked.ref_id,
        amount=asked.amount,
    )
    try:
        taken = await pay_bill(request.shop.orders, payment)
    except Refused as refusal:
        said = said_of_refusal(refusal)
        return Answer(
            payment_answer(request, asked, said, await _known(request, who, asked), by=who)
        )
    order, said = await payment_news(request, taken)
    return Answer(payment_answer(request, asked, said, taken.bill, by=who, sn=order.serial))


async def _known(request: SiteRequest, who: Member, asked: NewPayment) -> BillView | None:
    """The bill that was checked under this reference, if it is the one that was to be paid."""
    async with request.desks.db.read() as tx:
        bill = await bill_by_ref(tx, who.user_id, asked.ref_id)
    same = bill is not None and bill.customer_no == asked.customer_no.strip()
    return bill if same else None
