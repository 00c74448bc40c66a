"""A checked bill as the order that pays it: written down, not yet held or claimed."""

from __future__ import annotations

from dataclasses import dataclass

from konter.kernel.errors import Broken
from konter.kernel.ids import attempt_reference
from konter.kernel.money import Rupiah
from konter.orders.bill_store import BillRow
from konter.orders.birth import Birth
from konter.orders.desk import OrdersDesk
from konter.orders.states import BALANCE


@dataclass(frozen=True, slots=True)
class Request:
    """A payment as it is written down among what clients asked."""

    user_id: int
    ref_id: str
    fingerprint: bytes
    payment_method: str = BALANCE

    @property
    def key(self) -> tuple[int, str]:
        return self.user_id, self.ref_id


@dataclass(frozen=True, slots=True)
class Goods:
    """What was checked, as its order remembers it, and where it is paid."""

    product_id: int
    code: str
    name: str
    description: str
    brand: str
    account: str
    sku: str
    cost: Rupiah


def birth_of(desk: OrdersDesk, bill: BillRow, request: Request, order_id: int) -> Birth:
    """Paid under the check's own reference, or, where the upstream does not ask for that, under
    the next one."""
    if bill.total is None or bill.cost is None or bill.reference is None:
        raise Broken("a bill to be paid that was not found", bill=bill.id)
    follows = desk.billers[bill.account].pays_under_check_reference
    goods = Goods(
        product_id=bill.product_id,
        code=bill.product_code,
        name=bill.product_name,
        description="",
        brand=bill.brand,
        account=bill.account,
        sku=bill.sku,
        cost=Rupiah(bill.cost),
    )
    return Birth(
        place=0,
        order_id=order_id,
        ask=request,
        sellable=goods,
        target_id=bill.customer_no,
        server_id=None,
        customer_no=bill.customer_no,
        price=bill.total,
        offer=goods,
        code=bill.code,
        reference=bill.reference if follows else attempt_reference(bill.code, bill.tries + 1),
        is_bill=True,
        send_by=bill.expires_at,
    )
