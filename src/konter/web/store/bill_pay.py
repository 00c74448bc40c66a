"""``POST /tagihan/{code}/bayar``: what was looked up is paid from the balance."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, post
from litestar.params import PathParameter
from msgspec import Meta, Struct

from konter.kernel.errors import Refused
from konter.orders.bill_asks import BillPayment
from konter.orders.bills import BillView, bill_by_ref
from konter.orders.pay_bill import pay_bill
from konter.people.payer import payer_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import OWN
from konter.web.page.render import go
from konter.web.request import SiteRequest
from konter.web.store.bill_page import bill_page, product_of

Code = Annotated[str, PathParameter(max_length=64)]
RefId = Annotated[str, Meta(max_length=64)]
Amount = Annotated[int, Meta(ge=1, le=10**15)]


class ToPay(Struct):
    """``amount``: what the check found, as it was shown, without the fee; whole rupiah."""

    ref_id: RefId
    customer_no: Annotated[str, Meta(max_length=64)]
    amount: Amount


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


async def _shown(request: SiteRequest, ref_id: str) -> BillView | None:
    if not ref_id or not ref_id.isprintable() or len(ref_id) > 64:
        return None
    async with request.desks.db.read() as tx:
        return await bill_by_ref(tx, request.user.id, ref_id)
