"""Whether what is to be paid is what was checked, and may still be paid. Pure."""

from __future__ import annotations

from datetime import datetime

from konter.kernel.errors import Refused
from konter.orders.bill_asks import BillPayment
from konter.orders.bill_store import BillRow, BillState
from konter.orders.desk import OrdersDesk
from konter.orders.requests import RefReused


class BillNotChecked(Refused):
    """No check under this reference has found a bill. ``state``: what it is, if there was one."""

    code = "bill_not_checked"
    message = "Tagihan belum diperiksa dengan ref_id ini, cek tagihan terlebih dahulu"


class BillExpired(Refused):
    """The check was of an earlier day (WIB), or that day is nearly over."""

    code = "bill_expired"
    message = "Hasil cek tagihan sudah kedaluwarsa, cek tagihan kembali"


class BillAmountDiffers(Refused):
    """The payment does not name the checked amount; both in whole rupiah."""

    code = "bill_amount_differs"
    message = "Nominal tidak sama dengan tagihan yang diperiksa"


class BillSoldToday(Refused):
    """Its supplier pays once a day by this product for this number, and has today, or is about to;
    another bill. Nothing was paid."""

    code = "bill_sold_today"
    message = "Nomor ini sudah membayar lewat produk ini hari ini, coba lagi besok"


class BillTooDear(Refused):
    """It costs us more than the buyer would pay, less the least margin."""

    code = "bill_too_dear"
    message = "Tagihan ini tidak dapat dibayar saat ini"


def objection(
    desk: OrdersDesk, bill: BillRow, payment: BillPayment, *, now: datetime
) -> Refused | None:
    """Why this bill, locked and not paid yet, cannot be paid so; None: it can."""
    if bill.product_code.casefold() != payment.product_code.casefold():
        return RefReused(ref_id=payment.ref_id)
    if bill.customer_no != payment.customer_no:
        return RefReused(ref_id=payment.ref_id)
    if bill.state is not BillState.FOUND or bill.amount is None:
        return BillNotChecked(state=bill.state.value)
    if bill.expires_at is None or bill.expires_at <= now:
        return BillExpired()
    if bill.amount != payment.amount:
        return BillAmountDiffers(amount=payment.amount, expected=bill.amount)
    dearest = (bill.total or 0) - desk.minimum_margin.amount
    if bill.cost is None or bill.cost > dearest:
        return BillTooDear()
    return None
