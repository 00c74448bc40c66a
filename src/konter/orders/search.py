"""Finding orders: one text that may be anything one has of them, or what happened when.

Every road is an index: a code, their reference, a payment's, the buyer's own, the beginning of a
destination or of a serial, a member or an e-mail address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from konter.db.pool import Tx
from konter.orders.states import OrderState

FIND = """
WITH found AS (
    (SELECT id FROM orders.orders WHERE code = %(upper)s)
    UNION
    (SELECT order_id FROM orders.attempts WHERE reference IN (%(text)s, %(upper)s))
    UNION
    (SELECT purpose_id FROM funding.invoices
     WHERE reference = %(upper)s AND purpose = 'order')
    UNION
    (SELECT id FROM orders.orders WHERE ref_id LIKE %(beginning)s LIMIT %(most)s)
    UNION
    (SELECT id FROM orders.orders WHERE target_id LIKE %(number)s LIMIT %(most)s)
    UNION
    (SELECT order_id FROM orders.attempts
     WHERE serial IS NOT NULL AND left(serial, 64) LIKE %(beginning)s LIMIT %(most)s)
    UNION
    (SELECT id FROM orders.orders
     WHERE user_id = (SELECT user_id FROM people.members WHERE member_id = %(upper)s)
     ORDER BY user_line DESC LIMIT %(most)s)
    UNION
    (SELECT id FROM orders.orders
     WHERE user_id = (SELECT id FROM people.users WHERE email = %(lower)s)
     ORDER BY user_line DESC LIMIT %(most)s)
)
SELECT o.id, o.code, o.state, o.product_code, o.product_name, o.target_id, o.server_id, o.price,
       o.created_at, a.account, coalesce(m.member_id, u.email) AS buyer
FROM found f JOIN orders.orders o ON o.id = f.id
LEFT JOIN orders.attempts a ON a.order_id = o.id AND a.is_current
LEFT JOIN people.users u ON u.id = o.user_id
LEFT JOIN people.members m ON m.user_id = o.user_id
ORDER BY o.created_at DESC, o.id DESC LIMIT %(most)s
"""

# The newest of orders_by_time first, and only then whatever else a line tells.
LIST = """
SELECT o.id, o.code, o.state, o.product_code, o.product_name, o.target_id, o.server_id, o.price,
       o.created_at, a.account, coalesce(m.member_id, u.email) AS buyer
FROM (
    SELECT l.* FROM orders.orders l
    WHERE l.created_at >= %(since)s AND l.created_at <= %(until)s
      AND (l.created_at, l.id) < (%(until)s, %(before)s)
      AND (%(state)s::text IS NULL OR l.state = %(state)s)
      AND (%(account)s::text IS NULL OR EXISTS (
        SELECT FROM orders.attempts t
        WHERE t.order_id = l.id AND t.is_current AND t.account = %(account)s))
    ORDER BY l.created_at DESC, l.id DESC LIMIT %(most)s
) o
LEFT JOIN orders.attempts a ON a.order_id = o.id AND a.is_current
LEFT JOIN people.users u ON u.id = o.user_id
LEFT JOIN people.members m ON m.user_id = o.user_id
ORDER BY o.created_at DESC, o.id DESC
"""

# However old: the undecided ones are few, and each stands in some small index.
UNDECIDED = """
WITH live AS (
    SELECT order_id FROM orders.attempts WHERE next_action_at IS NOT NULL AND is_current
    UNION
    SELECT order_id FROM orders.checkouts WHERE waits
    UNION
    SELECT substr(subject, 7)::bigint FROM hooks.tasks
    WHERE closed_at IS NULL AND kind = 'dispute' AND subject LIKE 'order:%%'
)
SELECT o.id, o.code, o.state, o.product_code, o.product_name, o.target_id, o.server_id, o.price,
       o.created_at, a.account, coalesce(m.member_id, u.email) AS buyer
FROM live l JOIN orders.orders o ON o.id = l.order_id
LEFT JOIN orders.attempts a ON a.order_id = o.id AND a.is_current
LEFT JOIN people.users u ON u.id = o.user_id
LEFT JOIN people.members m ON m.user_id = o.user_id
WHERE o.state IN ('awaiting_payment', 'held', 'sent', 'disputed')
  AND o.created_at >= %(since)s AND (o.created_at, o.id) < (%(until)s, %(before)s)
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(account)s::text IS NULL OR a.account = %(account)s)
ORDER BY o.created_at DESC, o.id DESC LIMIT %(most)s
"""

UNDECIDED_STATES = frozenset(
    {OrderState.AWAITING_PAYMENT, OrderState.HELD, OrderState.SENT, OrderState.DISPUTED}
)

MOST_FOUND = 100
LAST = 2**63 - 1
LOOK_BACK = timedelta(days=31)
"""How far an ended order is looked for by its state alone, where no day is named."""

NUMBER = re.compile(r"\+?[0-9][0-9 .\-]{3,}")


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """One line. ``account``: where it is bought now; None: it is not paid. ``buyer``: a member's
    id or an e-mail address; None: a guest. ``price`` whole rupiah, times UTC."""

    id: int
    code: str
    state: str
    product_code: str
    product_name: str
    target_id: str
    server_id: str | None
    price: int
    created_at: datetime
    account: str | None
    buyer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``since`` and ``until``: moments. ``before``: the id of the last line seen, that stands at
    ``until``. ``undecided``: only those that wait for something."""

    since: datetime
    until: datetime
    before: int = LAST
    state: str | None = None
    account: str | None = None
    undecided: bool = False


async def find_orders(tx: Tx, text: str) -> list[FoundOrder]:
    """Whatever this text may name, the newest first, at most ``MOST_FOUND``."""
    text = text.strip().replace("\x00", "")
    if not text:
        return []
    facts = {
        "text": text,
        "upper": text.upper(),
        "lower": text.lower(),
        "beginning": _beginning(text[:64]) if len(text) >= 4 else None,
        "number": _beginning(local_number(text)) if NUMBER.fullmatch(text) else None,
        "most": MOST_FOUND,
    }
    return await tx.records(FoundOrder, FIND, facts)


async def list_orders(tx: Tx, wanted: Wanted, *, most: int) -> list[FoundOrder]:
    """The newest first."""
    facts = {
        "since": wanted.since,
        "until": wanted.until,
        "before": wanted.before,
        "state": wanted.state,
        "account": wanted.account,
        "most": most,
    }
    if wanted.undecided or wanted.state in UNDECIDED_STATES:
        return await tx.records(FoundOrder, UNDECIDED, facts)
    return await tx.records(FoundOrder, LIST, facts)


def local_number(text: str) -> str:
    """``+62 812-3456`` as orders have it: 08123456."""
    digits = re.sub(r"[^0-9]", "", text)
    return "0" + digits[2:] if digits.startswith("628") else digits


def _beginning(text: str) -> str:
    """For LIKE: whatever begins with exactly this."""
    return re.sub(r"([\\%_])", r"\\\1", text) + "%"
