"""A guest's order as whoever proves to be its buyer is shown it: nobody's id, no reference."""

from __future__ import annotations

from typing import Annotated

from litestar.params import PathParameter, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from konter.db.pool import Tx
from konter.funding.owed import GuestRefund, guest_refund
from konter.funding.states import Purpose
from konter.kernel.money import Rupiah
from konter.orders.read import OrderView
from konter.web.api.order_payment import payment_of
from konter.web.api.transaction_view import ProductView, view
from konter.web.payment_view import PaymentView
from konter.web.request import SiteRequest

TAGS = ["Tanpa akun"]

OrderCode = Annotated[str, PathParameter(max_length=40)]
Token = Annotated[str, QueryParameter(max_length=100)]


class GuestOrderView(Struct):
    """Amounts with two decimals, times in UTC; ``qty``: an open denomination's, whole rupiah."""

    code: str
    product_id: int
    target_id: str
    server_id: str | None
    payment_method: str
    amount: str
    provider_trx_id: str | None
    status: str
    payment_status: str
    serial_number: str | None
    reason: str | None
    created_at: str
    updated_at: str
    product: ProductView
    qty: int | None


class GuestRefundView(Struct):
    """``status``: ``due`` until all of it is paid out, then ``settled``. ``account_told``: whether
    we know where to send it."""

    amount: str
    status: str
    account_told: bool


class GuestOrder(Struct):
    """``refund``: money that goes back to the guest, null: none."""

    order: GuestOrderView
    payment: PaymentView
    refund: GuestRefundView | None
    message: str | UnsetType = UNSET


async def guest_view(
    request: SiteRequest, tx: Tx, order: OrderView, *, message: str | UnsetType = UNSET
) -> GuestOrder:
    refund = await guest_refund(tx, Purpose.ORDER, order.id)
    payment = await payment_of(request, tx, order)
    return GuestOrder(order_view(order), payment, _refund(refund), message)


def order_view(order: OrderView) -> GuestOrderView:
    full = view(order)
    return GuestOrderView(**{n: getattr(full, n) for n in GuestOrderView.__struct_fields__})


def _refund(refund: GuestRefund | None) -> GuestRefundView | None:
    if refund is None:
        return None
    status = "due" if refund.due else "settled"
    return GuestRefundView(Rupiah(refund.amount).wire(), status, refund.account_told)
