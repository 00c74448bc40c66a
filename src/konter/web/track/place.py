"""Where the pages of one order are, for whoever looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from konter.orders.read import OrderView
from konter.web.track.proof import Held


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses on this site. ``may_decide``: whether they may give it up and name an account for
    refunds, and see the customer's contact whole; ``is_guest``: it belongs to no account."""

    order: OrderView
    page: str
    part: str
    stream: str
    receipt: str
    qr: str
    pay: str
    cancel: str
    refresh: str
    account: str
    is_guest: bool
    may_decide: bool

    @property
    def again(self) -> str:
        """To buy the same once more: the order form of an account; a guest's number leads to what
        is sold for it."""
        order = self.order
        number = {"target_id": order.target_id}
        if not self.is_guest:
            server = {"server_id": order.server_id} if order.server_id else {}
            asked = {"product": order.product_id, **number, **server}
            return f"/my/orders/new?{urlencode(asked)}"
        is_phone = order.target_id.startswith("08") and not order.server_id
        return f"/nomor?{urlencode(number)}" if is_phone else "/"


def guests_place(held: Held) -> Place:
    """The token goes along in every address if it came in one: the cookie may be refused."""
    base = f"/pesanan/{quote(held.order.code)}"
    key = f"?token={quote(held.token)}" if held.token else ""
    acts = {
        "pay": "bayar",
        "cancel": "batal",
        "refresh": "periksa",
        "account": "rekening",
    }
    return _place(held.order, base, key, acts, is_guest=True, may_decide=held.may_decide)


def accounts_place(order: OrderView) -> Place:
    acts = {"pay": "pay", "cancel": "cancel", "refresh": "refresh", "account": ""}
    return _place(order, f"/my/orders/{order.id}", "", acts, is_guest=False, may_decide=True)


def _place(
    order: OrderView,
    base: str,
    key: str,
    acts: dict[str, str],
    *,
    is_guest: bool,
    may_decide: bool,
) -> Place:
    return Place(
        order=order,
        page=base + key,
        part=f"{base}/bagian{key}",
        stream=f"{base}/peristiwa{key}",
        receipt=f"{base}/struk{key}",
        qr=f"{base}/qr.png{key}",
        is_guest=is_guest,
        may_decide=may_decide,
        **{name: f"{base}/{act}{key}" for name, act in acts.items()},
    )
