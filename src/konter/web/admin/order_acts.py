"""What staff can decide about an order: end it, decide a dispute, cancel it.

Each has a page of its own first, which says what will happen; each is judged
again under the order's lock, so of two people one wins and the other reads what the first did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import PathParameter
from msgspec import Struct

from konter.kernel.errors import Invalid, NotFound, Refused
from konter.orders.cancel import cancel
from konter.orders.end import Verdict, end
from konter.orders.read import CallUnderWay
from konter.orders.resolve import Decision, resolve
from konter.web.admin.deed import deed, note_after
from konter.web.admin.order import order_page, story_of
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

ActName = Annotated[str, PathParameter()]

CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "resolve": frozenset(Decision),
    "end": frozenset(Verdict),
    "cancel": frozenset({""}),
}
"""What each act lets one choose from."""


class Why(Struct):
    """``evidence``: what was seen, and where. ``choice``: a Decision or a Verdict."""

    reason: str
    evidence: str
    choice: str = ""
    serial: str | None = None

    @property
    def both(self) -> str:
        return f"{self.reason} (bukti: {self.evidence})"


class NoSuchAct(NotFound):
    """No page of that name stands at an order."""

    code = "no_such_act"
    message = "Tindakan ini tidak ada"


@get("/admin/orders/{order_id:int}/{act:str}", include_in_schema=False, opt=STAFF)
async def get_act(request: SiteRequest, order_id: RowId, act: ActName) -> Page:
    """The page that says what will happen. Raises OrderNotFound, NoSuchAct."""
    if act not in CHOICES:
        raise NoSuchAct
    return await _form(request, order_id, act, typed={})


@post("/admin/orders/{order_id:int}/{act:str}", include_in_schema=False, opt=STAFF, status_code=200)
async def post_act(request: SiteRequest, order_id: RowId, act: ActName) -> Response[str]:
    """Done, and the story told anew; or the same page with what was wrong, or because it is to be
    sent again in a moment; or, where somebody was first, the story with their act in it."""
    if act not in CHOICES:
        raise NoSuchAct
    typed = await fields_of(request)
    try:
        why = read_form(typed, Why)
        _must_say_why(request, why, act)
        await _do(request, order_id, act, why)
    except (Invalid, CallUnderWay) as error:
        return await _form(request, order_id, act, typed=typed, error=error)
    except NotFound:
        raise
    except Refused as error:
        return await order_page(request, order_id, trouble=error.text, status=error.status)
    said = visit(request).say("Keputusan Anda sudah dijalankan dan dicatat atas nama Anda.")
    return go(request, f"/admin/orders/{order_id}", said=said)


async def _do(request: SiteRequest, order_id: int, act: str, why: Why) -> None:
    desk, actor = request.shop.orders, request.user.email
    told = deed(request, f"order.{act}", f"order:{order_id}", **_told(why))
    match act:
        case "resolve":
            decision = Decision(why.choice)
            await resolve(desk, order_id, decision, actor=actor, reason=why.both, deed=told)
        case "end":
            verdict = Verdict(why.choice)
            await end(desk, order_id, verdict, actor=actor, reason=why.both, serial=why.serial)
            await note_after(request, told)
        case _:
            because = f"{actor}: {why.both}"[:300]
            await cancel(desk, order_id, user_id=None, because=because, deed=told)


def _must_say_why(request: SiteRequest, why: Why, act: str) -> None:
    """Raises Invalid."""
    say = visit(request).say
    faults: dict[str, list[str]] = {}
    if len(why.reason) < 5:
        faults["reason"] = [say("Sebutkan alasannya, paling sedikit 5 huruf")]
    if len(why.evidence) < 5:
        faults["evidence"] = [say("Sebutkan buktinya: apa yang Anda lihat, dan di mana")]
    if why.choice not in CHOICES[act]:
        faults["choice"] = [say("Pilih salah satu")]
    if faults:
        raise Invalid(faults)


def _told(why: Why) -> dict[str, str | int | bool | None]:
    return {
        "choice": why.choice or None,
        "reason": why.reason[:300],
        "evidence": why.evidence[:300],
        "serial": why.serial,
    }


async def _form(
    request: SiteRequest,
    order_id: int,
    act: str,
    *,
    typed: dict[str, str],
    error: Invalid | CallUnderWay | None = None,
) -> Page:
    facts = {
        **await story_of(request, order_id),
        "act": act,
        "typed": typed,
        "faults": error.errors if isinstance(error, Invalid) else {},
        "trouble_said": error.text if isinstance(error, CallUnderWay) else "",
    }
    return page(request, "admin/order_act.html", facts, status=error.status if error else 200)
