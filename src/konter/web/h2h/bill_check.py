"""``POST /api/v1/pascabayar/check``: what somebody owes. Costs nothing and holds nothing."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from konter.kernel.errors import Refused
from konter.orders.bill_asks import BillAsk
from konter.orders.bill_words import Rc, Said, Status, said_of_check, said_of_refusal
from konter.orders.bills import CHECKING
from konter.orders.check_bill import BeingChecked, check_bill
from konter.orders.judge import ProductClosed
from konter.people.signatures import of_purchase
from konter.web.answer import Answer
from konter.web.h2h.bill_answer import (
    TAGS,
    UNPROVED,
    BillAnswer,
    BillAsked,
    bill_answer,
    missing_too,
    who_calls,
)
from konter.web.h2h.bill_problems import CHECK, CheckImpossible, bill_problems, handlers
from konter.web.request import SiteRequest

UNDER_WAY = Said(Status.PENDING, Rc.UNDECIDED, CHECKING)

Denom = Annotated[int, Meta(ge=1, le=10**15)]
Year = Annotated[int, Meta(ge=1990, le=2100)]


class NewCheck(BillAsked, kw_only=True):
    """``denom``: whole rupiah that the customer chose, for e-money, which wants it. ``year``: of a
    land tax. ``sign``: ``md5(ref_id + customer_no + buyer_sku + secret)``."""

    denom: Denom | None = None
    year: Year | None = None


@post(
    "/check",
    summary="Cek tagihan",
    status_code=200,
    responses=bill_problems(CHECK, has_body=True) | UNPROVED,
    exception_handlers=handlers(CHECK),
    tags=TAGS,
)
async def post_check(data: JSONBody[NewCheck], request: SiteRequest) -> Answer[BillAnswer]:
    """Asks the biller, at most three times; what was found stands under its ``ref_id`` until its
    day (WIB) is nearly over, and the same question is answered from it.

    ``rc`` 00 found; 03, 05, 06: nothing to pay; 07: no answer, ask again; 01: see ``message``.
    """
    return await checked(request, data)


async def checked(request: SiteRequest, asked: NewCheck) -> Answer[BillAnswer]:
    """The check of every door. Raises Invalid, CheckImpossible, Unavailable, TooManyChecks."""
    parts = of_purchase(asked.ref_id, asked.customer_no, asked.buyer_sku)
    who = await who_calls(request, parts, username=asked.username, sign=asked.sign)
    if isinstance(who, Said):
        return Answer(bill_answer(request, asked, who, None, by=None), status=401)
    ask = BillAsk(
        member=who,
        product_code=asked.buyer_sku,
        customer_no=asked.customer_no,
        ref_id=asked.ref_id,
        amount=asked.denom,
        year=asked.year,
    )
    try:
        bill = await check_bill(request.shop.orders, ask)
    except BeingChecked:
        return Answer(bill_answer(request, asked, UNDER_WAY, None, by=who))
    except ProductClosed as closed:
        raise CheckImpossible(closed.text) from closed
    except Refused as refusal:
        if refusal.status == 429:
            raise
        said = said_of_refusal(missing_too(refusal, denom=asked.denom))
        return Answer(bill_answer(request, asked, said, None, by=who))
    told = said_of_check(bill)
    if told is None:
        raise CheckImpossible
    return Answer(bill_answer(request, asked, told, bill, by=who))
