"""``/admin/tasks``: what a person must look at, where that is, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Struct

from konter.hooks.tasks import OpenTask, open_tasks
from konter.kernel.errors import Refused
from konter.orders.glance import codes_of
from konter.people.permits import Role
from konter.web.admin.task_ends import ENDS, end_task
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import RowId, SiteRequest

PLACES: Final[Mapping[str, str]] = {
    "payment": "/admin/payments/{}",
    "refund": "/admin/refunds#refund-{}",
    "adjustment": "/admin/adjustments#a-{}",
    "gateway": "/admin/payments?gateway={}",
    "reconciliation": "/admin/reconcile",
    "supplier": "/admin#penyedia",
    "breaker": "/admin/breakers",
    "user": "/admin/users/{}",
    "supplier_report": "/admin/reconcile/suppliers",
    "channel": "/admin/settings/notices",
}
"""By what a task is about: the page where it is looked after. An order has its own."""

ADMINS_ONLY: Final = frozenset({"channel"})
"""Pages of PLACES that an operator may not open."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """``what``: order, payment, …. ``code``: an order's, else its name among those. ``link`` empty:
    there is no page of it for whoever asks. ``end``: how the office can close it."""

    task: OpenTask
    what: str
    code: str
    link: str
    end: str | None


class Reason(Struct):
    reason: str


@get("/admin/tasks", include_in_schema=False, opt=STAFF)
async def get_tasks(request: SiteRequest, kind: Annotated[str, QueryParameter()] = "") -> Page:
    return await _list(request, kind=kind)


@post("/admin/tasks/{task_id:int}", include_in_schema=False, opt=STAFF, status_code=200)
async def post_task(request: SiteRequest, task_id: RowId) -> Response[str]:
    """Closed, with a reason, in one commit with whatever it opens again. Who comes second reads
    that it is closed."""
    try:
        why = read_form(await fields_of(request), Reason)
        await end_task(request, task_id, why.reason)
    except Refused as error:
        return await _list(request, trouble=error.text, status=error.status)
    return go(request, "/admin/tasks", said=visit(request).say("Tugas sudah ditutup."))


async def _list(
    request: SiteRequest, *, kind: str = "", trouble: str = "", status: int = 200
) -> Page:
    async with request.desks.db.read() as tx:
        found = await open_tasks(tx)
        codes = await codes_of(tx, [n for task in found if (n := _order_id(task)) is not None])
    is_admin = request.user.role is Role.ADMIN
    lines = [_line(task, codes, is_admin=is_admin) for task in found if kind in ("", task.kind)]
    facts = {
        "lines": lines,
        "kinds": sorted({task.kind for task in found}),
        "kind": kind,
        "trouble_said": trouble,
    }
    return page(request, "admin/tasks.html", facts, status=status)


def _line(task: OpenTask, codes: Mapping[int, str], *, is_admin: bool) -> TaskLine:
    what, _, name = task.subject.partition(":")
    order_id = _order_id(task)
    if order_id is not None:
        code, link = codes.get(order_id, task.subject), f"/admin/orders/{order_id}"
    else:
        code, link = name or task.subject, PLACES.get(what, "/admin").format(quote(name))
    if what in ADMINS_ONLY and not is_admin:
        link = ""
    return TaskLine(task, what, code, link, ENDS.get(task.kind))


def _order_id(task: OpenTask) -> int | None:
    what, _, number = task.subject.partition(":")
    return int(number) if what == "order" and number.isdigit() else None
