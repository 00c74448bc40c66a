"""``GET /api/v1/pascabayar/{ref_id}``: what became of it. Asks nobody, pays nothing."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from litestar import get
from litestar.openapi.datastructures import ResponseSpec

from konter.orders.bill_words import Rc, Said, Status, said_of_payment, said_of_unpaid
from konter.orders.bills import NOT_NOW, BillView, bill_by_ref
from konter.people.signatures import of_reference
from konter.web.answer import Answer
from konter.web.h2h.bill_answer import (
    TAGS,
    UNPROVED,
    BillAnswer,
    BillAsked,
    payment_answer,
    who_calls,
)
from konter.web.h2h.bill_problems import LOOK_UP, BillNotFound, Envelope, bill_problems, handlers
from konter.web.h2h.caller import Sign, Username
from konter.web.h2h.order_status import RefId
from konter.web.request import SiteRequest

UNKNOWN: Final = {
    404: ResponseSpec(Envelope, generate_examples=False, description="`TRANSACTION_NOT_FOUND`")
}


class LookedUp(BillAnswer, kw_only=True):
    """``step``: what ``status`` and ``rc`` are about. A bill that was checked and not paid is
    ``pending``, and ``failed`` once its check is over: no success but that of a payment."""

    step: Literal["check", "pay"]


@get(
    "/{ref_id:str}",
    summary="Status tagihan",
    responses=bill_problems(LOOK_UP) | UNPROVED | UNKNOWN,
    exception_handlers=handlers(LOOK_UP),
    tags=TAGS,
)
async def get_bill(
    request: SiteRequest, ref_id: RefId, username: Username = None, sign: Sign = None
) -> Answer[LookedUp]:
    """By the member's own reference. ``sign``: ``md5(ref_id + secret)``."""
    who = await who_calls(request, of_reference(ref_id), username=username, sign=sign)
    if isinstance(who, Said):
        asked = BillAsked(ref_id=ref_id, customer_no="", buyer_sku="")
        unproved = payment_answer(request, asked, who, None, by=None)
        return Answer(_about(unproved, "check"), status=401)
    async with request.desks.db.read() as tx:
        bill = await bill_by_ref(tx, who.user_id, ref_id) if ref_id.isprintable() else None
        if bill is None:
            raise BillNotFound
        order = bill.order
        said = await said_of_payment(request.shop.orders, tx, order) if order else None
    asked = BillAsked(ref_id=ref_id, customer_no=bill.customer_no, buyer_sku=bill.product_code)
    sn = order.serial if order else None
    told = payment_answer(request, asked, said or _unpaid(request, bill), bill, by=who, sn=sn)
    return Answer(_about(told, "pay" if order else "check"))


def _about(told: BillAnswer, step: Literal["check", "pay"]) -> LookedUp:
    return LookedUp(**msgspec.structs.asdict(told), step=step)


def _unpaid(request: SiteRequest, bill: BillView) -> Said:
    said = said_of_unpaid(bill, now=request.shop.orders.clock.now())
    return said or Said(Status.FAILED, Rc.SYSTEM, NOT_NOW)
