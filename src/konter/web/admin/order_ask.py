"""``POST /admin/orders/{id}/ask``: the supplier is asked about it soon."""

from __future__ import annotations

from litestar import Response, post

from konter.orders.hasten import hasten
from konter.web.admin.deed import deed
from konter.web.admin.order import order_page
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import go
from konter.web.request import RowId, SiteRequest


@post("/admin/orders/{order_id:int}/ask", include_in_schema=False, opt=STAFF, status_code=200)
async def post_ask(request: SiteRequest, order_id: RowId) -> Response[str]:
    """As soon as the supplier's rules allow, by the worker. A repeat changes nothing."""
    told = deed(request, "order.ask", f"order:{order_id}")
    due = await hasten(request.shop.orders, order_id, deed=told)
    say = visit(request).say
    if due is None:
        trouble = say("Tidak ada yang perlu ditanyakan, atau penyedia sedang ditanya saat ini.")
        return await order_page(request, order_id, trouble=trouble, status=409)
    said = say("Penyedia akan segera ditanya. Muat ulang halaman ini untuk melihat jawabannya.")
    return go(request, f"/admin/orders/{order_id}", said=said)
