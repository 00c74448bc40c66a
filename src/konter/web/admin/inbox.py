"""``/admin/inbox``: what suppliers and gateways told us, what came of it, and handling it again."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import QueryParameter

from konter.hooks.inbox import replay
from konter.hooks.inbox_log import LAST, callback_of, callbacks_about, recent_callbacks
from konter.orders.glance import references_of
from konter.orders.search import find_orders
from konter.web.admin.deed import deed, now
from konter.web.admin.places import place, place_of
from konter.web.admin.scrubbed import shown_body
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

PER_PAGE: Final = 50
STATES: Final = ("waiting", "handled", "not_ours", "ping")

Asked = Annotated[str, QueryParameter()]


@get("/admin/inbox", include_in_schema=False, opt=STAFF)
async def get_inbox(
    request: SiteRequest,
    *,
    q: Asked = "",
    source: Asked = "",
    status: Asked = "",
    after: Asked = "",
) -> Page:
    """The newest, or those about a reference, or about whatever orders the text names."""
    until, before = place_of(after) or (now(request), LAST)
    async with request.desks.db.read() as tx:
        if q.strip():
            orders = await find_orders(tx, q)
            names = await references_of(tx, [order.id for order in orders])
            found = await callbacks_about(tx, [q.strip(), *names])
        else:
            found = await recent_callbacks(
                tx,
                until=until,
                before=before,
                source=source or None,
                state=status if status in STATES else None,
                most=PER_PAGE + 1,
            )
    more = not q.strip() and len(found) > PER_PAGE
    shown = found[:PER_PAGE] if more else found
    shop = request.shop.orders
    facts = {
        "typed": {"q": q.strip(), "source": source, "status": status},
        "callbacks": shown,
        "sources": sorted({*shop.providers, *shop.funding.gateways}),
        "older": place(shown[-1].received_at, shown[-1].id) if more else "",
    }
    return page(request, "admin/inbox.html", facts)


@get("/admin/inbox/{message_id:int}", include_in_schema=False, opt=STAFF)
async def get_incoming(request: SiteRequest, message_id: RowId) -> Page:
    """Raises CallbackInNotFound."""
    return await _one(request, message_id)


@post("/admin/inbox/{message_id:int}/replay", include_in_schema=False, opt=STAFF, status_code=200)
async def post_replay(request: SiteRequest, message_id: RowId) -> Response[str]:
    """Handled again by the worker, as if it had just come. It changes nothing that is decided."""
    told = deed(request, "inbox.replay", f"inbox:{message_id}")
    say = visit(request).say
    if not await replay(request.office.inbox, message_id, deed=told):
        trouble = say("Pesan ini tidak dapat diproses ulang: hanya sapaan percobaan.")
        return await _one(request, message_id, trouble=trouble, status=409)
    said = say("Pesan akan diproses ulang. Muat ulang halaman ini untuk melihat hasilnya.")
    return go(request, f"/admin/inbox/{message_id}", said=said)


async def _one(
    request: SiteRequest, message_id: int, *, trouble: str = "", status: int = 200
) -> Page:
    async with request.desks.db.read() as tx:
        callback, content = await callback_of(tx, message_id)
        orders = await find_orders(tx, callback.reference) if callback.reference else []
    facts = {
        "callback": callback,
        "times": content.times,
        "body": shown_body(content.body),
        "order": orders[0] if len(orders) == 1 else None,
        "trouble_said": trouble,
    }
    return page(request, "admin/incoming.html", facts, status=status)
