"""The paper of an order that was delivered: for a narrow printer or a sheet, and for counters that
sell on, with their own price on it."""

from __future__ import annotations

from typing import Annotated, Final

from litestar.params import QueryParameter

from konter.kernel.errors import Invalid, Refused
from konter.orders.states import BALANCE
from konter.people.permits import Role
from konter.web.page.guard import visit
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest
from konter.web.track.place import Place
from konter.web.track.see import Seen, see
from konter.web.track.shown import facts_of_order
from konter.web.track.standing import Phase

PAPERS: Final = ("58", "80", "a4")
MOST: Final = 10**9

Paper = Annotated[str, QueryParameter(name="kertas")]
OwnPrice = Annotated[str, QueryParameter(name="harga")]


class NoReceipt(Refused):
    """There is a receipt of what was delivered, and of nothing else."""

    code = "no_receipt"
    status = 409
    message = "Struk tersedia setelah pesanan selesai"


async def receipt_page(request: SiteRequest, place: Place, *, paper: str, own_price: str) -> Page:
    """``own_price``: what a reseller's customer pays, whole rupiah, on this paper only; without it
    their paper names no price at all, for what they pay themselves is nobody's business. Raises
    NoReceipt."""
    seen = await see(request, place)
    if seen.standing.phase is not Phase.DELIVERED:
        raise NoReceipt
    sells_on = not place.is_guest and request.user.role is Role.RESELLER
    faults: dict[str, list[str]] = {}
    price = None if sells_on else _paid(seen)
    if sells_on and own_price:
        try:
            price = read_price(own_price, least=_least(seen))
        except Invalid as error:
            faults = error.errors
    facts = {
        **facts_of_order(seen, place, visit(request).say),
        "paper": paper if paper in PAPERS else "80",
        "papers": PAPERS,
        "sells_on": sells_on,
        "own_price": own_price if sells_on else "",
        "total": price,
        "admin": _admin(seen, price),
        "paid_at": seen.checkout.paid_at if seen.checkout else seen.standing.order.created_at,
        "faults": faults,
    }
    return page(request, "store/receipt.html", facts, status=422 if faults else 200)


def read_price(text: str, *, least: int) -> int:
    """Rupiah as people write it: 12.000, Rp12000. Raises Invalid."""
    digits = text.lower().removeprefix("rp").replace(".", "").replace(" ", "").replace("\u00a0", "")
    if not (digits.isascii() and digits.isdigit()) or int(digits) > MOST:
        raise Invalid({"harga": ["Tulis harga dengan angka, misalnya 12.000"]})
    if int(digits) < least:
        raise Invalid({"harga": ["Harga tidak boleh kurang dari tagihannya"]})
    return int(digits)


def _paid(seen: Seen) -> int:
    order = seen.standing.order
    if order.payment_method == BALANCE or seen.payment is None:
        return order.price
    return seen.payment.total.amount


def _least(seen: Seen) -> int:
    return (seen.bill.amount or 0) if seen.bill else 0


def _admin(seen: Seen, total: int | None) -> int | None:
    """What comes on top of a bill: ours, or what the counter's own total leaves for it."""
    if seen.bill is None or seen.bill.amount is None or total is None:
        return None
    return total - seen.bill.amount
