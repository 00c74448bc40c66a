"""Rows of this room as its acts see them, and the statements that several acts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from konter.db.pool import Tx
from konter.ledger.wallets import GUEST, owed_to
from konter.orders.states import AttemptState, OrderState

# Orders first, then attempts, in id order: everyone who settles locks the same way.
LOCK_FOR_NEWS = """
SELECT a.id, a.order_id, a.number, a.is_current, a.reference, a.account, a.sku, a.customer_no,
       a.expected_cost, a.max_price, a.state, a.next_action_at, a.lease_until, a.fence, a.sends,
       a.enquiries, a.not_sent, a.first_sent_at, a.last_call_at, a.refused_at,
       a.parked_news::text AS parked_news, a.cost, a.serial, a.code, a.message, a.ended_at,
       a.is_known, a.for_review, a.absences, a.absent_at, a.is_bill, a.send_by, o.chosen_amount,
       o.code AS order_code, o.user_id, o.product_id, o.product_name, o.product_brand, o.target_id,
       o.server_id, o.price, o.price_at, o.state AS order_state, o.tries, o.moves, o.disputes,
       o.serial AS order_serial, o.reason, o.last_words, o.last_words_at, o.created_at,
       o.chosen_amount
FROM orders.orders o JOIN orders.attempts a ON a.order_id = o.id
WHERE a.id = ANY(%(attempt_ids)s)
ORDER BY o.id, a.id
FOR NO KEY UPDATE OF o, a
"""

UPDATE_ATTEMPTS = """
UPDATE orders.attempts a SET
    is_current = n.is_current, state = n.state, next_action_at = n.next_action_at,
    lease_until = n.lease_until, fence = n.fence, sends = n.sends, enquiries = n.enquiries,
    not_sent = n.not_sent, first_sent_at = n.first_sent_at, last_call_at = n.last_call_at,
    refused_at = n.refused_at, parked_news = n.parked_news, cost = n.cost, serial = n.serial,
    code = n.code, message = n.message, ended_at = n.ended_at, is_known = n.is_known,
    for_review = n.for_review, absences = n.absences, absent_at = n.absent_at
FROM unnest(%(id)s::bigint[], %(is_current)s::boolean[], %(state)s::text[],
    %(next_action_at)s::timestamptz[], %(lease_until)s::timestamptz[], %(fence)s::bigint[],
    %(sends)s::integer[], %(enquiries)s::integer[], %(not_sent)s::integer[],
    %(first_sent_at)s::timestamptz[], %(last_call_at)s::timestamptz[],
    %(refused_at)s::timestamptz[], %(parked_news)s::jsonb[], %(cost)s::bigint[],
    %(serial)s::text[], %(code)s::text[], %(message)s::text[], %(ended_at)s::timestamptz[],
    %(is_known)s::boolean[], %(for_review)s::boolean[], %(absences)s::smallint[],
    %(absent_at)s::timestamptz[])
    AS n (id, is_current, state, next_action_at, lease_until, fence, sends, enquiries, not_sent,
          first_sent_at, last_call_at, refused_at, parked_news, cost, serial, code, message,
          ended_at, is_known, for_review, absences, absent_at)
WHERE a.id = n.id
"""

UPDATE_ORDERS = """
UPDATE orders.orders o SET
    state = n.state, price_at = n.price_at, tries = n.tries, moves = n.moves,
    disputes = n.disputes, serial = n.serial, reason = n.reason, last_words = n.last_words,
    last_words_at = n.last_words_at, updated_at = %(at)s
FROM unnest(%(id)s::bigint[], %(state)s::text[], %(price_at)s::text[], %(tries)s::smallint[],
    %(moves)s::smallint[], %(disputes)s::smallint[], %(serial)s::text[], %(reason)s::text[],
    %(last_words)s::text[], %(last_words_at)s::timestamptz[])
    AS n (id, state, price_at, tries, moves, disputes, serial, reason, last_words, last_words_at)
WHERE o.id = n.id
"""

INSERT_MOVES = """
INSERT INTO orders.moves (order_id, seq, from_state, to_state, because, moved_at)
SELECT m.order_id, m.seq, m.from_state, m.to_state, m.because, %(at)s
FROM unnest(%(order_id)s::bigint[], %(seq)s::smallint[], %(from_state)s::text[],
    %(to_state)s::text[], %(because)s::text[]) AS m (order_id, seq, from_state, to_state, because)
"""

INSERT_ATTEMPTS = """
INSERT INTO orders.attempts (id, order_id, number, is_current, reference, account, sku,
    customer_no, expected_cost, max_price, state, next_action_at, created_at)
SELECT n.id, n.order_id, n.number, true, n.reference, n.account, n.sku, n.customer_no,
    n.expected_cost, n.max_price, 'due', n.next_action_at, %(at)s
FROM unnest(%(id)s::bigint[], %(order_id)s::bigint[], %(number)s::smallint[],
    %(reference)s::text[], %(account)s::text[], %(sku)s::text[], %(customer_no)s::text[],
    %(expected_cost)s::bigint[], %(max_price)s::bigint[], %(next_action_at)s::timestamptz[])
    AS n (id, order_id, number, reference, account, sku, customer_no, expected_cost, max_price,
          next_action_at)
"""


@dataclass(slots=True)
class OrderRow:
    """The changing part of an order, locked by this transaction."""

    id: int
    code: str
    user_id: int
    product_id: int
    product_name: str
    product_brand: str
    target_id: str
    server_id: str | None
    price: int
    price_at: str
    state: OrderState
    tries: int
    moves: int
    disputes: int
    serial: str | None
    reason: str | None
    last_words: str | None
    last_words_at: datetime | None
    created_at: datetime
    chosen_amount: int | None

    @property
    def is_guests(self) -> bool:
        """Whether its buyer has no account: no wallet, and nowhere to be sent a notice."""
        return self.user_id == GUEST

    @property
    def buyers_account(self) -> str:
        """Where what we owe its buyer lies: their wallet, or of a guest ``refunds_due``."""
        return owed_to(self.user_id)


@dataclass(slots=True)
class AttemptRow:
    """An attempt, locked by this transaction.

    ``sends``: purchase-capable calls that may have left; a status call is none. ``is_known``: the
    upstream has said that it has this purchase. ``for_review``: only a person ends it.
    ``absences``: answers in a row that it has no record, since ``absent_at``. ``is_bill``: it pays
    a bill, under its check. ``send_by``: what has not left by then never leaves.
    ``chosen_amount``: the order's, of an open denomination: every attempt buys the same.
    """

    id: int
    order_id: int
    number: int
    is_current: bool
    reference: str
    account: str
    sku: str
    customer_no: str
    expected_cost: int
    max_price: int
    state: AttemptState
    next_action_at: datetime | None
    lease_until: datetime | None
    fence: int
    sends: int
    enquiries: int
    not_sent: int
    first_sent_at: datetime | None
    last_call_at: datetime | None
    refused_at: datetime | None
    parked_news: str | None
    cost: int | None
    serial: str | None
    code: str | None
    message: str | None
    ended_at: datetime | None
    is_known: bool
    for_review: bool
    absences: int
    absent_at: datetime | None
    is_bill: bool
    send_by: datetime | None
    chosen_amount: int | None

    def in_flight(self, now: datetime) -> bool:
        """Whether a call about it holds its lease: nothing frees the order meanwhile."""
        return self.lease_until is not None and self.lease_until > now


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt to be written; money in whole rupiah."""

    id: int
    order_id: int
    number: int
    reference: str
    account: str
    sku: str
    customer_no: str
    expected_cost: int
    max_price: int
    next_action_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """One line of an order's history."""

    order_id: int
    seq: int
    from_state: str
    to_state: str
    because: str


Rows = Sequence[AttemptRow] | Sequence[OrderRow] | Sequence[NewAttempt] | Sequence[Move]

ATTEMPT_FIELDS = tuple(f.name for f in fields(AttemptRow))


def never_left(order: OrderRow, attempt: AttemptRow, now: datetime) -> bool:
    """No call about it is in flight and none may have reached the upstream."""
    unsent = attempt.state is AttemptState.DUE and attempt.sends == 0
    return order.state is OrderState.HELD and unsent and not attempt.in_flight(now)


async def lock_for_news(
    tx: Tx, attempt_ids: Sequence[int]
) -> tuple[dict[int, AttemptRow], dict[int, OrderRow]]:
    """Lock these attempts and their orders; answers both by id."""
    attempts: dict[int, AttemptRow] = {}
    orders: dict[int, OrderRow] = {}
    width = len(ATTEMPT_FIELDS)
    for row in await tx.rows(LOCK_FOR_NEWS, {"attempt_ids": list(attempt_ids)}):
        attempt = AttemptRow(*row[:width])
        attempt.state = AttemptState(attempt.state)
        attempts[attempt.id] = attempt
        if attempt.order_id not in orders:
            order = OrderRow(attempt.order_id, *row[width:])
            order.state = OrderState(order.state)
            orders[order.id] = order
    return attempts, orders


async def write_attempts(tx: Tx, attempts: Sequence[AttemptRow]) -> None:
    if attempts:
        await tx.run(UPDATE_ATTEMPTS, _columns(attempts))


async def write_orders(tx: Tx, orders: Sequence[OrderRow], *, at: datetime) -> None:
    if orders:
        await tx.run(UPDATE_ORDERS, {**_columns(orders), "at": at})


async def write_moves(tx: Tx, moves: Sequence[Move], *, at: datetime) -> None:
    """An illegal move is a constraint error, a repeated one a key error."""
    if moves:
        await tx.run(INSERT_MOVES, {**_columns(moves), "at": at})


async def insert_attempts(tx: Tx, attempts: Sequence[NewAttempt], *, at: datetime) -> None:
    if attempts:
        await tx.run(INSERT_ATTEMPTS, {**_columns(attempts), "at": at})


def _columns(rows: Rows) -> dict[str, list[object]]:
    return {f.name: [getattr(row, f.name) for row in rows] for f in fields(rows[0])}
