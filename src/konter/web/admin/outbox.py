"""``/admin/outbox``: what members were told, what their servers said, and telling it again."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import QueryParameter

from konter.hooks.deliveries import deliveries_of_orders, delivery_of, recent_deliveries
from konter.hooks.redeliver import Overtaken, redeliver
from konter.orders.search import find_orders
from konter.web.admin.deed import deed
from konter.web.admin.scrubbed import shown_body, shown_text
from konter.web.page.forms import fields_of
from konter.web.page.guard import own_path, visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

MOST: Final = 100
STATES: Final = ("waiting", "delivered", "dead")

Asked = Annotated[str, QueryParameter()]


@get("/admin/outbox", include_in_schema=False, opt=STAFF)
async def get_outbox(request: SiteRequest, q: Asked = "", status: Asked = "") -> Page:
    """The newest, or those about whatever orders the text names: a code, a number, a member."""
    async with request.desks.db.read() as tx:
        if q.strip():
            orders = await find_orders(tx, q)
            found = await deliveries_of_orders(tx, [order.id for order in orders], most=MOST)
            found = [one for one in found if status in ("", one.state)]
        else:
            wanted = status if status in STATES else None
            found = await recent_deliveries(tx, state=wanted, most=MOST)
    facts = {"typed": {"q": q.strip(), "status": status}, "deliveries": found, "most": MOST}
    return page(request, "admin/outbox.html", facts)


@get("/admin/outbox/{message_id:int}", include_in_schema=False, opt=STAFF)
async def get_outgoing(request: SiteRequest, message_id: RowId) -> Page:
    """Raises DeliveryNotFound."""
    return await _one(request, message_id)


@post(
    "/admin/outbox/{message_id:int}/redeliver",
    include_in_schema=False,
    opt=STAFF,
    status_code=200,
)
async def post_redeliver(request: SiteRequest, message_id: RowId) -> Response[str]:
    """Due at once, with all its tries before it; the worker sends it. Raises DeliveryNotFound."""
    back = (await fields_of(request)).get("back")
    told = deed(request, "outbox.redeliver", f"outbox:{message_id}")
    try:
        await redeliver(request.office.outbox, message_id, deed=told)
    except Overtaken as error:
        return await _one(request, message_id, trouble=error.text, status=error.status)
    said = visit(request).say("Callback akan segera dikirim ulang ke server member.")
    return go(request, own_path(back, f"/admin/outbox/{message_id}"), said=said)


async def _one(
    request: SiteRequest, message_id: int, *, trouble: str = "", status: int = 200
) -> Page:
    async with request.desks.db.read() as tx:
        delivery, words = await delivery_of(tx, message_id)
    facts = {
        "delivery": delivery,
        "body": shown_body(words.body),
        "line": shown_text(words.line),
        "trouble_said": trouble,
    }
    return page(request, "admin/outgoing.html", facts, status=status)
