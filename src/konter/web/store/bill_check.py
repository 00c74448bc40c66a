"""``POST /tagihan/{code}/cek``: what somebody owes is looked up. No money moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from litestar import Response, post
from litestar.params import PathParameter
from msgspec import Meta, Struct

from konter.kernel.errors import Refused, Unavailable
from konter.orders.bill_asks import BillAsk
from konter.orders.bills import BillView
from konter.orders.check_bill import BeingChecked, check_bill
from konter.orders.requests import RefReused
from konter.people.payer import payer_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.permits import OWN
from konter.web.page.render import go
from konter.web.request import SiteRequest
from konter.web.store.bill_page import bill_page, new_ref, product_of

Code = Annotated[str, PathParameter(max_length=64)]
RefId = Annotated[str, Meta(max_length=64)]
Amount = Annotated[int, Meta(ge=1, le=10**15)]


class NothingToPay(Refused):
    """The biller said that there is no bill, or nothing at all."""

    code = "nothing_to_pay"

    def __init__(self, bill: BillView) -> None:
        super().__init__(bill.message)


class ToCheck(Struct):
    """``denom``: whole rupiah that the customer chose, for e-money; ``year``: of a land tax."""

    ref_id: RefId
    customer_no: Annotated[str, Meta(max_length=64)]
    denom: Amount | None = None
    year: int | None = None


@post("/tagihan/{code:str}/cek", include_in_schema=False, opt=OWN, status_code=200)
async def post_bill_check(request: SiteRequest, code: Code) -> Response[str]:
    """On to the bill that was found, or the form with why there is none. The same form again asks
    nobody twice. Raises NoSuchBill."""
    product = await product_of(request, code)
    typed = await fields_of(request)
    try:
        said = read_form(typed, ToCheck)
        payer = await payer_of(request.desks.people, request.user)
        number = "".join(said.customer_no.split())
        ask = BillAsk(payer, product.code, number, said.ref_id, said.denom, said.year)
        bill = await _checked(request, ask)
        if not bill.is_found:
            raise NothingToPay(bill)
    except BeingChecked as error:
        waiting = Refused(error.text)
        return await bill_page(
            request, product, typed, error=waiting, ref_id=typed.get("ref_id", "")
        )
    except Unavailable as error:
        return await bill_page(request, product, typed, error=Refused(error.text))
    except Refused as error:
        return await bill_page(request, product, typed, error=error)
    return go(request, f"/tagihan/{product.code}?ref={bill.ref_id}")


async def _checked(request: SiteRequest, ask: BillAsk) -> BillView:
    """A form that one came back to, with another number in it now, is a new question."""
    try:
        return await check_bill(request.shop.orders, ask)
    except RefReused:
        return await check_bill(request.shop.orders, replace(ask, ref_id=new_ref()))
