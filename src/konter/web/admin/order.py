"""``/admin/orders/{id}``: everything we know of one order, and what can be done about it."""

from __future__ import annotations

import msgspec
from litestar import get

from konter.hooks.deliveries import deliveries_of_orders
from konter.hooks.inbox_log import callbacks_about
from konter.hooks.tasks import of_subject
from konter.orders.glance import standing
from konter.orders.read import OrderNotFound, attempts_of, checkouts_of, moves_of, orders_by_id
from konter.people.audit import KeptDeed, deeds
from konter.web.admin.order_money import money_of
from konter.web.admin.talks import talks_about
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, page
from konter.web.request import RowId, SiteRequest


@get("/admin/orders/{order_id:int}", include_in_schema=False, opt=STAFF)
async def get_order(request: SiteRequest, order_id: RowId) -> Page:
    """Raises OrderNotFound."""
    return await order_page(request, order_id)


async def order_page(
    request: SiteRequest, order_id: int, *, trouble: str = "", status: int = 200
) -> Page:
    """The whole story, as of one moment. ``trouble``: why what was just wanted did not happen.
    Raises OrderNotFound."""
    facts = {**await story_of(request, order_id), "trouble_said": trouble}
    return page(request, "admin/order.html", facts, status=status)


async def story_of(request: SiteRequest, order_id: int) -> dict[str, object]:
    """Raises OrderNotFound."""
    subject = f"order:{order_id}"
    async with request.desks.db.snapshot() as tx:
        order = (await orders_by_id(tx, [order_id])).get(order_id)
        if order is None:
            raise OrderNotFound
        attempts = await attempts_of(tx, order_id)
        money = await money_of(tx, order_id)
        tried = [attempt.reference for attempt in attempts]
        named = [*tried, *(invoice.reference for invoice in money.invoices)]
        return {
            "order": order,
            "standing": await standing(tx, order_id),
            "moves": await moves_of(tx, order_id),
            "attempts": attempts,
            "money": money,
            "checkout": (await checkouts_of(tx, [order_id])).get(order_id),
            "callbacks": await callbacks_about(tx, sorted({*named, order.code})),
            "deliveries": await deliveries_of_orders(tx, [order_id]),
            "tasks": await of_subject(tx, subject),
            "deeds": [(deed, told_of(deed)) for deed in await deeds(tx, subject=subject)],
            "talks": await talks_about(tx, named),
        }


def told_of(deed: KeptDeed) -> dict[str, object]:
    """What was said with it, by name."""
    return msgspec.json.decode(deed.detail, type=dict[str, object])
