"""What ``POST /api/guest/orders`` takes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from konter.kernel.errors import Invalid
from konter.ledger.wallets import GUEST
from konter.orders.checkout import Checkout, Customer, clean_customer
from konter.orders.requests import choose, clean_ask
from konter.web.body import REQUIRED

Text = Annotated[str, Meta(max_length=500)]


class NewGuestOrder(Struct):
    """``payment_method``: a channel of ``/api/payment-channels``, also by the name ``channel``.
    ``qty``: of an open denomination its amount, whole rupiah; of anything else absent or 1."""

    product_id: int
    target_id: Annotated[str, Meta(max_length=64)]
    name: Text
    email: Text
    phone: Text
    server_id: Annotated[str, Meta(max_length=32)] | None = None
    payment_method: Annotated[str, Meta(max_length=100)] | None = None
    channel: Annotated[str, Meta(max_length=100)] | None = None
    qty: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    address: Text | None = None
    city: Text | None = None


def checkout_of(data: NewGuestOrder, *, token: bytes) -> Checkout:
    """A purchase of nobody we know, at the retail price. Raises Invalid."""
    channel = data.payment_method or data.channel
    if not channel:
        raise Invalid({"payment_method": [REQUIRED]})
    ask = clean_ask(
        user_id=GUEST,
        product_id=data.product_id,
        target_id=data.target_id,
        server_id=data.server_id,
        ref_id=None,
        pays_reseller_price=False,
        payment_method=channel,
    )
    return Checkout(choose(ask, data.qty), _customer(data), token)


def _customer(data: NewGuestOrder) -> Customer:
    """Faults are named as this body names its fields."""
    try:
        return clean_customer(
            name=data.name,
            email=data.email,
            phone=data.phone,
            address=data.address,
            city=data.city,
        )
    except Invalid as error:
        fields = {name.removeprefix("customer_"): said for name, said in error.errors.items()}
        raise Invalid(fields) from error
