"""``GET /otomax/pascabayar/check`` and ``/pay``: the same bills, with everything in the query."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from msgspec.structs import asdict

from konter.web.answer import Answer
from konter.web.h2h.bill_answer import (
    TAGS,
    UNPROVED,
    BillAnswer,
    BillAsked,
    BuyerSkuQuery,
    CustomerNoQuery,
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


def asked_by_query(
    ref_id: RefIdQuery,
    customer_no: CustomerNoQuery,
    buyer_sku: BuyerSkuQuery,
    *,
    username: Username = None,
    sign: Sign = None,
) -> BillAsked:
    """What both calls name, one parameter each."""
    return BillAsked(
        ref_id=ref_id, customer_no=customer_no, buyer_sku=buyer_sku, username=username, sign=sign
    )


Asked = NamedDependency[BillAsked]
ASKED = {"asked": Provide(asked_by_query, sync_to_thread=False)}


@get(
    "/check",
    summary="Cek tagihan (Otomax)",
    responses=bill_problems(CHECK) | UNPROVED,
    exception_handlers=handlers(CHECK),
    dependencies=ASKED,
    tags=TAGS,
)
async def get_check(
    request: SiteRequest, asked: Asked, denom: DenomQuery = None, year: YearQuery = None
) -> Answer[BillAnswer]:
    """As ``POST /api/v1/pascabayar/check``."""
    return await checked(request, NewCheck(**asdict(asked), denom=denom, year=year))


@get(
    "/pay",
    summary="Bayar tagihan (Otomax)",
    responses=bill_problems(PAY) | UNPROVED,
    exception_handlers=handlers(PAY),
    dependencies=ASKED,
    tags=TAGS,
)
async def get_pay(request: SiteRequest, asked: Asked, amount: Digits) -> Answer[BillAnswer]:
    """As ``POST /api/v1/pascabayar/pay``."""
    return await paid(request, NewPayment(**asdict(asked), amount=int(amount)), digits=amount)
