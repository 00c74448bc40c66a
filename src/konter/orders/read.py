"""Reading orders: for their buyers, and the whole story for the people of the shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from psycopg.rows import TupleRow

from konter.db.pool import Tx
from konter.kernel.errors import NotFound, Refused
from konter.orders.states import FINAL, PUBLIC, OrderState

BY_ID = """
SELECT id, code, user_id, ref_id, product_id, product_code, product_name, product_note, target_id,
       server_id, payment_method, price, state, serial, reason, last_words, last_words_at,
       created_at, updated_at, chosen_amount
FROM orders.orders WHERE id = ANY(%(ids)s)
"""

BY_CODE = "SELECT id FROM orders.orders WHERE code = %(code)s"

# Newest first by the buyer's own numbering: a page is one index range, however deep. The total
# comes beside each row, and alone where the page is empty.
PAGE = """
SELECT o.id, o.code, o.user_id, o.ref_id, o.product_id, o.product_code, o.product_name,
       o.product_note, o.target_id, o.server_id, o.payment_method, o.price, o.state, o.serial,
       o.reason, o.last_words, o.last_words_at, o.created_at, o.updated_at, o.chosen_amount,
       b.orders
FROM orders.buyers b LEFT JOIN orders.orders o ON o.user_id = b.user_id
    AND o.user_line <= b.orders - %(skip)s AND o.user_line > b.orders - %(skip)s - %(per_page)s
WHERE b.user_id = %(user_id)s
ORDER BY o.user_line DESC
"""

NEXT_CHECK = """
SELECT next_action_at FROM orders.attempts WHERE order_id = %(order_id)s AND is_current
"""

MOVES = """
SELECT seq, from_state, to_state, because, moved_at FROM orders.moves
WHERE order_id = %(order_id)s ORDER BY seq
"""

ATTEMPTS = """
SELECT id, number, reference, account, sku, customer_no, state, next_action_at, lease_until, sends,
       enquiries, expected_cost, max_price, cost, serial, code, message, created_at, ended_at
FROM orders.attempts WHERE order_id = %(order_id)s ORDER BY number
"""

CHECKOUTS = """
SELECT order_id, channel, pay_by, paid_at, name, email, phone, address, city,
       guest_token IS NOT NULL AS is_guest
FROM orders.checkouts WHERE order_id = ANY(%(order_ids)s)
"""


class OrderNotFound(NotFound):
    code = "transaction_not_found"
    message = "Transaksi tidak ditemukan"


class CallUnderWay(Refused):
    """A question to the upstream is in flight; nothing frees the order meanwhile."""

    code = "call_under_way"
    status = 409
    message = "Penyedia sedang ditanya, coba lagi sebentar"


class NotYours(Refused):
    """The order belongs to somebody else."""

    code = "not_yours"
    status = 403
    message = "Unauthorized"


class OrderView(Struct, frozen=True):
    """An order as its buyer may see it: no cost, no supplier. ``price`` whole rupiah, times UTC.

    ``chosen_amount``: of an open denomination; the rest of the price is the fee.
    A Struct and no dataclass, because a page makes twenty: an eighth of the time.
    """

    id: int
    code: str
    user_id: int
    ref_id: str
    product_id: int
    product_code: str
    product_name: str
    product_note: str
    target_id: str
    server_id: str | None
    payment_method: str
    price: int
    state: OrderState
    serial: str | None
    reason: str | None
    last_words: str | None
    last_words_at: datetime | None
    created_at: datetime
    updated_at: datetime
    chosen_amount: int | None = None

    @property
    def public_state(self) -> str:
        """The word of ``/api/transactions``."""
        return PUBLIC[self.state]

    @property
    def is_final(self) -> bool:
        """Whether its buyer need not ask again."""
        return self.public_state in FINAL


@dataclass(frozen=True, slots=True)
class CheckoutView:
    """What an order that is paid through a gateway has beside its row; times UTC.

    ``channel``: as first chosen. ``pay_by``: of its latest link. ``paid_at`` None: no payment was
    ever applied to it.
    """

    order_id: int
    channel: str
    pay_by: datetime
    paid_at: datetime | None
    name: str
    email: str | None
    phone: str | None
    address: str | None
    city: str | None
    is_guest: bool


@dataclass(frozen=True, slots=True)
class MoveLine:
    seq: int
    from_state: str
    to_state: str
    because: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt as the shop's people see it; money in whole rupiah."""

    id: int
    number: int
    reference: str
    account: str
    sku: str
    customer_no: str
    state: str
    next_action_at: datetime | None
    lease_until: datetime | None
    sends: int
    enquiries: int
    expected_cost: int
    max_price: int
    cost: int | None
    serial: str | None
    code: str | None
    message: str | None
    created_at: datetime
    ended_at: datetime | None


async def order_of(tx: Tx, order_id: int, user_id: int) -> OrderView:
    """A buyer's own order. Raises OrderNotFound, NotYours."""
    found = await orders_by_id(tx, [order_id])
    if order_id not in found:
        raise OrderNotFound
    if found[order_id].user_id != user_id:
        raise NotYours
    return found[order_id]


async def page_of(tx: Tx, user_id: int, *, page: int, per_page: int) -> tuple[list[OrderView], int]:
    """A page of a buyer's orders, newest first, and how many there are."""
    facts = {"user_id": user_id, "skip": (page - 1) * per_page, "per_page": per_page}
    rows = await tx.rows(PAGE, facts)
    total = int(rows[0][-1]) if rows else 0
    return [_view(row) for row in rows if row[0] is not None], total


async def orders_by_id(tx: Tx, ids: Sequence[int]) -> dict[int, OrderView]:
    """Orders by id; one that does not exist is not in it."""
    if not ids:
        return {}
    return {row[0]: _view(row) for row in await tx.rows(BY_ID, {"ids": list(ids)})}


async def id_of_code(tx: Tx, code: str) -> int:
    """Raises OrderNotFound."""
    row = await tx.row(BY_CODE, {"code": code})
    if row is None:
        raise OrderNotFound
    return int(row[0])


async def next_check_at(tx: Tx, order_id: int) -> datetime | None:
    """When the upstream will be asked next about this order; None once it is decided."""
    row = await tx.row(NEXT_CHECK, {"order_id": order_id})
    return row[0] if row else None


async def checkouts_of(tx: Tx, order_ids: Sequence[int]) -> dict[int, CheckoutView]:
    """By order id; an order that is paid from a balance is not in it."""
    if not order_ids:
        return {}
    found = await tx.records(CheckoutView, CHECKOUTS, {"order_ids": list(order_ids)})
    return {checkout.order_id: checkout for checkout in found}


async def moves_of(tx: Tx, order_id: int) -> list[MoveLine]:
    return await tx.records(MoveLine, MOVES, {"order_id": order_id})


async def attempts_of(tx: Tx, order_id: int) -> list[AttemptLine]:
    return await tx.records(AttemptLine, ATTEMPTS, {"order_id": order_id})


def _view(row: TupleRow) -> OrderView:
    """From its columns, in order; what stands after them is somebody else's."""
    columns = list(row[:COLUMNS])
    columns[STATE_COLUMN] = STATES[columns[STATE_COLUMN]]
    return OrderView(*columns)


COLUMNS = len(OrderView.__struct_fields__)
STATE_COLUMN = OrderView.__struct_fields__.index("state")
STATES = {state.value: state for state in OrderState}
