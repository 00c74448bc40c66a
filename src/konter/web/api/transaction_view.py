"""An order as the transaction document writes it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, to_builtins

from konter.kernel.clock import iso
from konter.orders.read import OrderView
from konter.orders.states import PUBLIC, OrderState


def view(order: OrderView) -> TransactionView:
    """An order as the document writes it."""
    amount = f"{order.price}.00"
    serial = order.serial if order.state is OrderState.DELIVERED else None
    return TransactionView(
        id=order.id,
        user_id=order.user_id,
        product_id=order.product_id,
        target_id=order.target_id,
        server_id=order.server_id,
        payment_method=order.payment_method,
        amount=amount,
        provider_trx_id=serial,
        status=PUBLIC[order.state],
        created_at=_written(order.created_at),
        updated_at=_written(order.updated_at),
        product=ProductView(
            order.product_id, order.product_code, order.product_name, order.product_note, amount
        ),
        code=order.code,
        ref_id=order.ref_id,
        serial_number=serial,
        reason=order.reason,
    )


class ProductView(Struct):
    """The product as it was bought; ``harga`` is what was paid."""

    id: int
    kode: str
    nama: str
    keterangan: str
    harga: str


class TransactionView(Struct):
    """Amounts with two decimals, times in UTC. ``provider_trx_id``: the serial once successful."""

    id: int
    user_id: int
    product_id: int
    target_id: str
    server_id: str | None
    payment_method: str
    amount: str
    provider_trx_id: str | None
    status: str
    created_at: str
    updated_at: str
    product: ProductView
    code: str
    ref_id: str
    serial_number: str | None
    reason: str | None


def _written(moment: datetime) -> str:
    """As ``iso``, at a sixth of its price: a page writes forty. It omits microseconds of zero."""
    text: str = to_builtins(moment)
    return text if len(text) == FULL else iso(moment)


FULL = len("2026-11-21T18:58:20.123456Z")
