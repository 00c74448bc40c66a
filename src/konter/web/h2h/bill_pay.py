"""``POST /api/v1/pascabayar/pay``: what was checked is paid, and the first news waited for."""

from __future__ import annotations

from typing import Annotated

import msgspec
import psycopg
from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from konter.kernel.errors import Refused, Unavailable
from konter.orders.bill_asks import BillPayment
from konter.orders.bill_words import (
    Said,
    Status,
    said_of_payment,
    said_of_refusal,
    said_of_taken,
)
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.newsroom import first_news
from konter.orders.pay_bill import PaidBill, pay_bill
from konter.orders.read import OrderView
from konter.people.members import Member
from konter.people.signatures import of_bill_payment
from konter.web.answer import Answer
from konter.web.h2h.bill_answer import (
    TAGS,
    UNPROVED,
    BillAsked,
    PaidAnswer,
    bill_answer,
    who_calls,
)
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
async def post_pay(data: JSONBody[NewPayment], request: SiteRequest) -> Answer[PaidAnswer]:
    """Paid once for each ``ref_id``: the same again is answered with where it stands. ``rc`` 09 is
    not decided yet: ask again, or wait for the callback; ``Prefer: respond-async`` never waits.

    ``rc`` 01: nothing was paid, see ``message``; 04: your balance; 05: this bill is paid or being
    paid; 08 and the rest: it failed, and the wallet has its money back.
    """
    return await paid(request, data, digits=str(data.amount))


async def paid(request: SiteRequest, asked: NewPayment, *, digits: str) -> Answer[PaidAnswer]:
    """The payment of every door. ``digits``: the amount as it is signed. Raises Invalid,
    Unavailable; neither once the payment is taken."""
    parts = of_bill_payment(asked.ref_id, asked.customer_no, asked.buyer_sku, digits)
    who = await who_calls(request, parts, username=asked.username, sign=asked.sign)
    if isinstance(who, Said):
        return Answer(_answer(request, asked, who, None, by=None), status=401)
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
        return Answer(_answer(request, asked, said, await _known(request, who, asked), by=who))
    order, said = await _news(request, taken)
    return Answer(_answer(request, asked, said, taken.bill, by=who, sn=order.serial))


async def _news(request: SiteRequest, taken: PaidBill) -> tuple[OrderView, Said]:
    """Where it stands by now. It is taken, whatever becomes of this database meanwhile."""
    shop, order = request.shop, taken.order
    try:
        if not (taken.replayed or request.answers_at_once):
            order = await first_news(
                shop.orders, shop.newsroom, order, at_most_s=shop.first_news_wait_s
            )
        async with request.desks.db.read() as tx:
            return order, await said_of_payment(shop.orders, tx, order)
    except (psycopg.OperationalError, Unavailable):
        return taken.order, said_of_taken()


async def _known(request: SiteRequest, who: Member, asked: NewPayment) -> BillView | None:
    """The bill that was checked under this reference, if it is the one that was to be paid."""
    async with request.desks.db.read() as tx:
        bill = await bill_by_ref(tx, who.user_id, asked.ref_id)
    same = bill is not None and bill.customer_no == asked.customer_no.strip()
    return bill if same else None


def _answer(
    request: SiteRequest,
    asked: NewPayment,
    said: Said,
    bill: BillView | None,
    *,
    by: Member | None,
    sn: str | None = None,
) -> PaidAnswer:
    told = bill_answer(request, asked, said, bill, by=by)
    shown = sn if said.status is Status.SUCCESS else None
    return PaidAnswer(**msgspec.structs.asdict(told), sn=shown)
