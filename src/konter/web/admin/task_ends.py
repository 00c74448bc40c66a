"""How the office closes a task: it opens again what stood still, or says that it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from konter.db.pool import Tx
from konter.hooks.redeliver import enable
from konter.hooks.tasks import OpenTask, close_one, lock_open
from konter.kernel.errors import Invalid, Refused
from konter.orders.glance import standing
from konter.people.audit import note
from konter.people.members import NoSuchMember, members_of
from konter.suppliers import gate, override
from konter.web.admin.deed import deed, now
from konter.web.request import SiteRequest

OPEN_GATE: Final = "open_gate"
CLOSE_BREAKER: Final = "close_breaker"
CALL_AGAIN: Final = "call_again"
SEEN: Final = "seen"

ENDS: Final[Mapping[str, str]] = {
    "gate_closed": OPEN_GATE,
    "breaker_open": CLOSE_BREAKER,
    "callback_off": CALL_AGAIN,
    "review": SEEN,
    "unreadable_cost": SEEN,
    "unreadable_fee": SEEN,
    "dear_cost": SEEN,
    "bill_check": SEEN,
    "gateway_refused": SEEN,
    "supplier_reconciliation": SEEN,
}
"""By kind. Whatever is not here closes with the act that ends its cause: an order's decision, a
payment's, a refund paid out, a deposit filled up."""


class TaskClosed(Refused):
    """Somebody, or the news itself, has closed it meanwhile."""

    code = "task_closed"
    status = 409
    message = "Tugas ini sudah ditutup"


class TaskStands(Refused):
    """It closes with its cause, or the order that it is about is not decided yet."""

    code = "task_stands"
    status = 409
    message = "Tugas ini belum bisa ditutup: selesaikan dulu penyebabnya"


async def end_task(request: SiteRequest, task_id: int, reason: str) -> None:
    """Raises TaskClosed, TaskStands, Invalid, NoSuchAccount, NoSuchMember."""
    if len(reason) < 3:
        raise Invalid({"reason": ["Sebutkan alasannya"]})
    async with request.desks.db.transaction() as tx:
        task = await lock_open(tx, task_id)
        if task is None:
            raise TaskClosed
        how = ENDS.get(task.kind)
        if how is None:
            raise TaskStands
        if how != CALL_AGAIN:
            await _end_cause(tx, task, how)
            at = now(request)
            await close_one(tx, task.id, at=at, by=request.user.email)
            told = deed(request, "task.close", task.subject, kind=task.kind, reason=reason[:300])
            await note(tx, told, at=at)
    if how == CALL_AGAIN:
        await _call_again(request, task, reason)
    request.shop.orders.hints.due()


async def _end_cause(tx: Tx, task: OpenTask, how: str) -> None:
    name = task.subject.partition(":")[2]
    if how == OPEN_GATE:
        await gate.open_gate(tx, name)
    elif how == CLOSE_BREAKER:
        account, _, sku = name.partition("/")
        await override.close(tx, account, sku)
    elif task.kind == "review" and (await standing(tx, int(name))).is_undecided:
        raise TaskStands


async def _call_again(request: SiteRequest, task: OpenTask, reason: str) -> None:
    """Its own commit, which closes the task, too."""
    outbox = request.office.outbox
    user_id = int(task.subject.partition(":")[2])
    async with request.desks.db.read() as tx:
        member = (await members_of(tx, outbox.people, [user_id])).get(user_id)
    if member is None:
        raise NoSuchMember
    told = deed(
        request,
        "callback.enable",
        task.subject,
        kind=task.kind,
        reason=reason[:300],
        member=member.member_id,
    )
    await enable(outbox, member.member_id, by=request.user.email, deed=told)
