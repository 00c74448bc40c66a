"""What was sold between two days: by day, product, buyer or supplier account.

The figures are the ledger's to the rupiah: over all days ``sales`` is the account ``sales``,
``cost`` what stands in ``cost``, and ``losses`` what disputes moved from there to ``losses``. An
order counts on its own business date (WIB), also where its money moves later: a past day may still
change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from konter.db.pool import Tx
from konter.kernel.errors import Invalid

# One row an order and attempt; ``leads`` picks one of an order's rows, its current attempt or, of
# one that nobody paid for, the order alone. orders_by_day finds the days; a year is read through.
REPORT = """
WITH absorbed AS (
    SELECT t.order_id, sum(t.amount) AS amount
    FROM orders.orders d JOIN ledger.transfers t ON t.order_id = d.id
    WHERE d.business_date BETWEEN %(since)s AND %(until)s AND d.disputes > 0
      AND t.kind = 'dispute_absorb'
    GROUP BY t.order_id
), lines AS (
    SELECT CASE %(by)s::text
               WHEN 'day' THEN o.business_date::text
               WHEN 'product' THEN o.product_code
               WHEN 'member' THEN o.user_id::text
               ELSE coalesce(a.account, '') END AS key,
           o.user_id, o.product_name, o.state, o.price, o.price_at,
           a.id IS NULL OR a.is_current AS leads, a.id IS NOT NULL AS paid,
           CASE WHEN a.state = 'delivered' THEN a.cost ELSE 0 END AS cost,
           CASE WHEN a.is_current THEN l.amount ELSE 0 END AS lost
    FROM orders.orders o
    LEFT JOIN orders.attempts a ON a.order_id = o.id
    LEFT JOIN absorbed l ON l.order_id = o.id
    WHERE o.business_date BETWEEN %(since)s AND %(until)s
), sums AS (
    SELECT key, min(user_id) AS user_id, max(product_name) AS product_name,
           count(*) FILTER (WHERE leads) AS orders,
           count(*) FILTER (WHERE leads AND state = 'delivered') AS succeeded,
           coalesce(sum(price) FILTER (WHERE leads AND price_at = 'sales'), 0)::bigint AS sales,
           (coalesce(sum(cost), 0) - coalesce(sum(lost), 0))::bigint AS cost,
           coalesce(sum(lost), 0)::bigint AS losses,
           coalesce(sum(price) FILTER (WHERE leads AND paid AND price_at = 'buyer'), 0)::bigint
               AS refunds
    FROM lines GROUP BY key
), shown AS (
    SELECT key, false AS is_total, user_id, product_name, orders, succeeded, sales, cost, losses,
           refunds
    FROM sums
    UNION ALL
    SELECT '', true, NULL, '', coalesce(sum(orders), 0)::bigint,
           coalesce(sum(succeeded), 0)::bigint, coalesce(sum(sales), 0)::bigint,
           coalesce(sum(cost), 0)::bigint, coalesce(sum(losses), 0)::bigint,
           coalesce(sum(refunds), 0)::bigint
    FROM sums
)
SELECT s.key, s.is_total,
       CASE %(by)s::text WHEN 'product' THEN s.product_name
                         WHEN 'member' THEN coalesce(u.email, '') ELSE '' END AS name,
       s.orders, s.succeeded, s.sales, s.cost, s.losses, s.refunds
FROM shown s
LEFT JOIN people.users u ON %(by)s::text = 'member' AND u.id = s.user_id
ORDER BY s.is_total DESC, CASE WHEN %(by)s::text = 'day' THEN s.key END DESC, s.sales DESC, s.key
LIMIT %(most)s + 1
"""

# For this transaction: a year of orders is hashed in memory, not in files.
ROOM_TO_WORK = "SELECT set_config('work_mem', '64MB', true)"

LONGEST: Final = timedelta(days=366)
MOST_ROWS: Final = 10_000
"""Of one report: more products or buyers than that are cut, the best sellers kept; the total is
always of all."""


class By(StrEnum):
    """What one line of a report is about. member: whoever bought, by account or as a guest."""

    DAY = "day"
    PRODUCT = "product"
    MEMBER = "member"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Sum:
    """Whole rupiah. ``orders``: all that were placed; ``succeeded``: delivered. ``sales``: their
    price is ours. ``cost``: of what was delivered, less ``losses``, what disputes wrote off.
    ``refunds``: paid, and given back. ``key``: the day, code, user or account; '' of a report by
    provider: nobody was asked to deliver it."""

    key: str
    is_total: bool
    name: str
    orders: int
    succeeded: int
    sales: int
    cost: int
    losses: int
    refunds: int

    @property
    def margin(self) -> int:
        """What is left of the sales; the fees of gateways are not in it."""
        return self.sales - self.cost - self.losses

    @property
    def success_points(self) -> int:
        """Of the orders, in 1/10,000."""
        return self.succeeded * 10_000 // self.orders if self.orders else 0


@dataclass(frozen=True, slots=True)
class Report:
    """``is_cut``: there are more lines than MOST_ROWS."""

    by: By
    since: date
    until: date
    lines: Sequence[Sum]
    total: Sum
    is_cut: bool


async def report_sales(tx: Tx, by: By, *, since: date, until: date) -> Report:
    """Both days included (WIB); ``tx`` a snapshot. Days come newest first, all else by its sales.

    Raises Invalid for more than a year, or an end before the beginning.
    """
    if until < since:
        raise Invalid({"until": ["Tanggal akhir mendahului tanggal awal"]})
    if until - since >= LONGEST:
        raise Invalid({"since": [f"Paling lama {LONGEST.days} hari"]})
    facts = {"by": by, "since": since, "until": until, "most": MOST_ROWS + 1}
    await tx.rows(ROOM_TO_WORK)
    total, *lines = await tx.records(Sum, REPORT, facts)
    return Report(by, since, until, lines[:MOST_ROWS], total, len(lines) > MOST_ROWS)
