"""An order as the transaction document writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, to_builtins

from konter.kernel.clock import iso
from konter.orders.read import OrderView
from konter.orders.states import PUBLIC, OrderState, payment_status


def view(order: OrderView) -> TransactionView:
    """An order as the document writes it. By position, because a page makes twenty."""
    amount = f"{order.price}.00"
    serial = order.serial if order.state is OrderState.DELIVERED else None
    created_at, updated_at = _written(order.created_at, order.updated_at)
    product = ProductView(
        order.product_id, order.product_code, order.product_name, order.product_note, amount
    )
    return TransactionView(
        order.id,
        order.user_id,
        order.product_id,
        order.target_id,
        order.server_id,
        order.payment_method,
        amount,
        serial,
        PUBLIC[order.state],
        created_at,
        updated_at,
        product,
        order.code,
        order.ref_id,
        serial,
        order.reason,
        payment_status(order.state, order.payment_method),
        order.chosen_amount,
    )


class ProductView(Struct):
    """The product as it was bought; ``harga`` is what was paid."""

    id: int
    kode: str
    nama: str
    keterangan: str
    harga: str


class TransactionView(Struct):
    """Amounts with two decimals, times in UTC. ``provider_trx_id``: the serial once successful.

    ``payment_status``: pending, paid, expired, cancelled or refunded. ``qty``: the amount that was
    chosen of an open denomination, whole rupiah; null of anything else.
    """

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
    payment_status: str
    qty: int | None


def _written(*moments: datetime) -> Sequence[str]:
    """As ``iso``, at an eighth of its price; msgspec leaves out microseconds of zero."""
    texts: Sequence[str] = to_builtins(moments)
    if all(len(text) == FULL for text in texts):
        return texts
    return [iso(moment) for moment in moments]


FULL = len("2026-11-21T18:58:20.123456Z")
