"""An order's page: everything its buyer may know about it, and what they can do now."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Response

from konter.kernel.errors import Invalid, NotFound, Refused
from konter.orders.states import BALANCE
from konter.web.page.guard import visit
from konter.web.page.render import Page, page
from konter.web.request import SiteRequest
from konter.web.track.bill import facts_of, lines_of
from konter.web.track.payment import offered, qr_picture
from konter.web.track.place import Place
from konter.web.track.see import Seen, see
from konter.web.track.serial import serial_of
from konter.web.track.standing import Phase, Standing
from konter.web.track.steps import steps_of

CANCELLABLE = frozenset({Phase.UNPAID, Phase.PAID})
"""Phases in which giving up is offered; whether it is too late the act itself finds out."""


async def order_page(
    request: SiteRequest,
    place: Place,
    *,
    template: str = "store/order.html",
    typed: dict[str, str] | None = None,
    error: Refused | None = None,
) -> Page:
    """As it stands; with ``error``, what was refused, told above it, or beside the fields of the
    form ``typed`` that are wrong."""
    seen = await see(request, place)
    faults = error.errors if isinstance(error, Invalid) else {}
    beside = {name: said for name, said in faults.items() if name in (typed or {})}
    trouble = "" if error is None or beside else error.text
    facts = {**facts_of_order(seen, place, visit(request).say), "trouble_said": trouble}
    facts |= {"typed": typed or {}, "faults": beside, "poll_s": request.desks.live.poll}
    return page(request, template, facts, status=error.status if error else 200)


def facts_of_order(seen: Seen, place: Place, say: Callable[[str], str]) -> dict[str, object]:
    """For the templates in ``parts/order_*``."""
    standing, bill = seen.standing, seen.bill
    order = standing.order
    return {
        "at": place,
        "order": order,
        "phase": standing.phase.value,
        "steps": steps_of(standing),
        "standing": standing,
        "serial": serial_of(order.serial) if _is_told(standing) and order.serial else None,
        "pay": seen.payment,
        "ways": offered(seen.ways, seen.payment, say),
        "customer": seen.checkout,
        "bill": bill,
        "bill_facts": facts_of(bill) if bill else [],
        "bill_lines": lines_of(bill) if bill else [],
        "refund": standing.refund,
        "by_balance": order.payment_method == BALANCE,
        "can_cancel": place.may_decide and standing.phase in CANCELLABLE,
    }


def _is_told(standing: Standing) -> bool:
    """A serial number counts while its order stands as delivered."""
    return standing.phase is Phase.DELIVERED


async def qr_answer(request: SiteRequest, place: Place) -> Response[bytes]:
    """The code as a picture to keep. Raises NotFound where there is none to pay by."""
    payment = (await see(request, place)).payment
    if payment is None or payment.qr is None:
        raise NotFound
    return picture(payment.qr, place.order.code)


def picture(qr: str, code: str) -> Response[bytes]:
    """``code``: what is paid by it, for the file's name."""
    name = f"qris-{code}.png"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(qr_picture(qr), media_type="image/png", headers=headers)
