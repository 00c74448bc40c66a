"""``GET /otomax/pascabayar/check`` and ``/pay``: the same bills, with everything in the query."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from konter.web.answer import Answer
from konter.web.h2h.bill_answer import (
    TAGS,
    UNPROVED,
    BillAnswer,
    BuyerSkuQuery,
    CustomerNoQuery,
    PaidAnswer,
    RefIdQuery,
)
from konter.web.h2h.bill_check import NewCheck, checked
from konter.web.h2h.bill_pay import NewPayment, paid
from konter.web.h2h.bill_problems import CHECK, PAY, bill_problems, handlers
from konter.web.h2h.caller import Sign, Username
from konter.web.request import SiteRequest

Digits = Annotated[str, QueryParameter(min_length=1, max_length=15, pattern="^[0-9]*$")]
"""As text, because it is signed as it stands."""

DenomQuery = Annotated[int | None, QueryParameter(ge=1, le=10**15)]
YearQuery = Annotated[int | None, QueryParameter(ge=1990, le=2100)]


@get(
    "/check",
    summary="Cek tagihan (Otomax)",
    responses=bill_problems(CHECK) | UNPROVED,
    exception_handlers=handlers(CHECK),
    tags=TAGS,
)
async def get_check(
    request: SiteRequest,
    ref_id: RefIdQuery,
    customer_no: CustomerNoQuery,
    buyer_sku: BuyerSkuQuery,
    denom: DenomQuery = None,
    year: YearQuery = None,
    username: Username = None,
    sign: Sign = None,
) -> Answer[BillAnswer]:
    """As ``POST /api/v1/pascabayar/check``."""
    asked = NewCheck(
        ref_id=ref_id,
        customer_no=customer_no,
        buyer_sku=buyer_sku,
        denom=denom,
        year=year,
        username=username,
        sign=sign,
    )
    return await checked(request, asked)


@get(
    "/pay",
    summary="Bayar tagihan (Otomax)",
    responses=bill_problems(PAY) | UNPROVED,
    exception_handlers=handlers(PAY),
    tags=TAGS,
)
async def get_pay(
    request: SiteRequest,
    ref_id: RefIdQuery,
    customer_no: CustomerNoQuery,
    buyer_sku: BuyerSkuQuery,
    amount: Digits,
    username: Username = None,
    sign: Sign = None,
) -> Answer[PaidAnswer]:
    """As ``POST /api/v1/pascabayar/pay``."""
    asked = NewPayment(
        ref_id=ref_id,
        customer_no=customer_no,
        buyer_sku=buyer_sku,
        amount=int(amount),
        username=username,
        sign=sign,
    )
    return await paid(request, asked, digits=amount)
