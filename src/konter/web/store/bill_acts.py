"""``POST /tagihan/{code}/cek`` and ``/bayar``: a bill is looked up, then paid from the balance."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from litestar import Response, post
from litestar.params import PathParameter
from msgspec import Meta, Struct

from konter.kernel.errors import Refused, Unavailable
from konter.orders.bill_asks import BillAsk, BillPayment
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.check_bill import BeingChecked, check_bill
from konter.orders.pay_bill import pay_bill
from konter.orders.requests import RefReused
from konter.people.payer import payer_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
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


class ToPay(Struct):
    """``amount``: what the check found, as it was shown, without the fee; whole rupiah."""

    ref_id: RefId
    customer_no: Annotated[str, Meta(max_length=64)]
    amount: Amount


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


@post("/tagihan/{code:str}/bayar", include_in_schema=False, opt=OWN, status_code=200)
async def post_bill_pay(request: SiteRequest, code: Code) -> Response[str]:
    """On to the order, or the bill with why it was not paid. Paid once, however often it is sent.
    Raises NoSuchBill."""
    product = await product_of(request, code)
    typed = await fields_of(request)
    try:
        said = read_form(typed, ToPay)
        payer = await payer_of(request.desks.people, request.user)
        paid = await pay_bill(
            request.shop.orders,
            BillPayment(payer, product.code, said.customer_no, said.ref_id, said.amount),
        )
    except Refused as error:
        bill = await _shown(request, typed.get("ref_id", ""))
        return await bill_page(request, product, typed, bill, error=error)
    taken = visit(request).say("Pembayaran sudah diambil dari saldo Anda dan sedang diteruskan")
    return go(request, f"/my/orders/{paid.order.id}", said="" if paid.replayed else taken)


async def _checked(request: SiteRequest, ask: BillAsk) -> BillView:
    """A form that one came back to, with another number in it now, is a new question."""
    try:
        return await check_bill(request.shop.orders, ask)
    except RefReused:
        return await check_bill(request.shop.orders, replace(ask, ref_id=new_ref()))


async def _shown(request: SiteRequest, ref_id: str) -> BillView | None:
    if not ref_id or not ref_id.isprintable() or len(ref_id) > 64:
        return None
    async with request.desks.db.read() as tx:
        return await bill_by_ref(tx, request.user.id, ref_id)
