"""The delivery log: what a reseller was told, when, and what their server said to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.hooks.redeliver import DeliveryNotFound

OF_USER = """
SELECT o.id, o.user_id, o.order_id, o.event, o.ref_id, o.status, o.price, o.style, o.state, o.tries,
       q.next_action_at, o.last_status, o.last_problem, o.created_at, o.delivered_at
FROM hooks.outbox o LEFT JOIN hooks.outbox_queue q ON q.id = o.id
WHERE o.user_id = %(user_id)s
ORDER BY o.created_at DESC, o.id DESC LIMIT %(most)s OFFSET %(skip)s
"""

RECENT = """
SELECT o.id, o.user_id, o.order_id, o.event, o.ref_id, o.status, o.price, o.style, o.state, o.tries,
       q.next_action_at, o.last_status, o.last_problem, o.created_at, o.delivered_at
FROM hooks.outbox o LEFT JOIN hooks.outbox_queue q ON q.id = o.id
WHERE (%(user_id)s::bigint IS NULL OR o.user_id = %(user_id)s)
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
ORDER BY o.created_at DESC, o.id DESC LIMIT %(most)s
"""

ONE = """
SELECT o.id, o.user_id, o.order_id, o.event, o.ref_id, o.status, o.price, o.style, o.state, o.tries,
       q.next_action_at, o.last_status, o.last_problem, o.created_at, o.delivered_at
FROM hooks.outbox o LEFT JOIN hooks.outbox_queue q ON q.id = o.id
WHERE o.id = %(id)s
"""

OF_ORDERS = """
SELECT o.id, o.user_id, o.order_id, o.event, o.ref_id, o.status, o.price, o.style, o.state, o.tries,
       q.next_action_at, o.last_status, o.last_problem, o.created_at, o.delivered_at
FROM hooks.outbox o LEFT JOIN hooks.outbox_queue q ON q.id = o.id
WHERE o.order_id = ANY(%(order_ids)s)
ORDER BY o.created_at DESC, o.id DESC LIMIT %(most)s
"""

WORDS = "SELECT body::text, line FROM hooks.outbox WHERE id = %(id)s"

DEEPEST_PAGE = 1000
"""Older ones are for an operator to look up."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One callback and how it fared; times UTC, ``price`` whole rupiah. ``state``: waiting,
    delivered or dead. ``last_status``: the HTTP status that the receiver answered last."""

    id: int
    user_id: int
    order_id: int
    event: str
    ref_id: str
    status: str
    price: int
    style: str | None
    state: str
    tries: int
    next_action_at: datetime | None
    last_status: int | None
    last_problem: str | None
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Words:
    """What is told: ``body`` as JSON, before time and signature; ``line`` for Otomax."""

    body: str
    line: str


async def deliveries_of(
    tx: Tx, user_id: int, *, page: int, per_page: int = 50
) -> tuple[list[Delivery], bool]:
    """A page of a reseller's callbacks, newest first, and whether older ones follow. Beyond the
    thousandth page there is nothing."""
    if not 0 < page <= DEEPEST_PAGE:
        return [], False
    facts = {"user_id": user_id, "most": per_page + 1, "skip": (page - 1) * per_page}
    found = await tx.records(Delivery, OF_USER, facts)
    return found[:per_page], len(found) > per_page and page < DEEPEST_PAGE


async def recent_deliveries(
    tx: Tx, *, user_id: int | None = None, state: str | None = None, most: int = 50
) -> list[Delivery]:
    """For an operator: the newest, of one member or of all, in one state or in any."""
    facts = {"user_id": user_id, "state": state, "most": most}
    return await tx.records(Delivery, RECENT, facts)


async def deliveries_of_orders(
    tx: Tx, order_ids: Sequence[int], *, most: int = 100
) -> list[Delivery]:
    """For an operator: all that was told of these orders, newest first."""
    if not order_ids:
        return []
    facts = {"order_ids": list(order_ids), "most": most}
    return await tx.records(Delivery, OF_ORDERS, facts)


async def delivery_of(tx: Tx, message_id: int) -> tuple[Delivery, Words]:
    """One callback, whole. Raises DeliveryNotFound."""
    found = await tx.records(Delivery, ONE, {"id": message_id})
    words = await tx.row(WORDS, {"id": message_id})
    if not found or words is None:
        raise DeliveryNotFound
    return found[0], Words(*words)
