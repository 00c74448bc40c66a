"""What ``POST /api/transactions`` takes and answers, however it is paid."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from konter.orders.requests import Ask, choose, clean_ask
from konter.orders.states import BALANCE
from konter.people.permits import Role
from konter.web.api.transaction_view import TransactionView
from konter.web.payment_view import PaymentView
from konter.web.request import SiteRequest

TAGS = ["Transaksi"]

Text = Annotated[str, Meta(max_length=500)]
Quantity = Annotated[int, Meta(ge=1, le=10**15)]


class NewTransaction(Struct):
    """``ref_id``: the client's own reference; the same one again gets the same order.

    ``payment_method``: ``balance``, or a channel of ``/api/payment-channels`` (``tripay:QRIS2``);
    its customer is the account's user unless others are named, with the phone number they say.

    ``qty``: of an open denomination its amount, whole rupiah; of anything else absent or 1.
    """

    product_id: int
    target_id: Annotated[str, Meta(max_length=64)]
    server_id: Annotated[str, Meta(max_length=32)] | None = None
    ref_id: Annotated[str, Meta(max_length=64)] | None = None
    payment_method: Annotated[str, Meta(max_length=100)] | None = None
    qty: Quantity | None = None
    customer_name: Text | None = None
    customer_email: Text | None = None
    customer_phone: Text | None = None
    customer_address: Text | None = None
    customer_city: Text | None = None


class Created(Struct):
    """``payment``: how to pay, for an order that is not paid from the balance."""

    message: str
    transaction: TransactionView
    new_balance: str
    payment: PaymentView | UnsetType = UNSET


def ask_of(data: NewTransaction, request: SiteRequest) -> Ask:
    """What the signed-in person asks for. Raises Invalid."""
    ask = clean_ask(
        user_id=request.user.id,
        product_id=data.product_id,
        target_id=data.target_id,
        server_id=data.server_id,
        ref_id=data.ref_id or _idempotency_key(request),
        pays_reseller_price=request.user.role is not Role.RETAIL,
        payment_method=data.payment_method or BALANCE,
    )
    return choose(ask, data.qty)


def _idempotency_key(request: SiteRequest) -> str | None:
    key = request.raw_header(b"idempotency-key")
    return key.decode("latin-1") if key else None
