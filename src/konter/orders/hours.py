"""Past hours, counted once for all who look: orders, sales and cost by the hour of their birth.

Late news (a delivery after midnight, a dispute decided) moves old hours a little, so the last two
days are counted every quarter of an hour and the older ones once a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from konter.db.pool import Database, Tx
from konter.kernel.clock import Clock, business_date

# One day is one range of orders_by_day, and each order's cost is one step into its attempts: the
# sum in between keeps the planner from reading all attempts there are.
OF_DAY = """
SELECT date_trunc('hour', o.created_at) AS hour, count(*)::int AS orders,
       (count(*) FILTER (WHERE o.price_at = 'sales'))::int AS delivered,
       (count(*) FILTER (WHERE o.state IN ('failed', 'refunded')))::int AS failed,
       coalesce(sum(o.price) FILTER (WHERE o.price_at = 'sales'), 0)::bigint AS sales,
       coalesce(sum(a.cost), 0)::bigint AS cost
FROM orders.orders o CROSS JOIN LATERAL (
    SELECT sum(t.cost) AS cost FROM orders.attempts t
    WHERE t.order_id = o.id AND t.state = 'delivered') a
WHERE o.business_date = %(day)s GROUP BY 1 ORDER BY 1
"""

COUNT_DAY = """
INSERT INTO orders.hours (hour, orders, delivered, failed, sales, cost, counted_at)
SELECT date_trunc('hour', o.created_at), count(*), count(*) FILTER (WHERE o.price_at = 'sales'),
       count(*) FILTER (WHERE o.state IN ('failed', 'refunded')),
       coalesce(sum(o.price) FILTER (WHERE o.price_at = 'sales'), 0),
       coalesce(sum(a.cost), 0), %(at)s
FROM orders.orders o CROSS JOIN LATERAL (
    SELECT sum(t.cost) AS cost FROM orders.attempts t
    WHERE t.order_id = o.id AND t.state = 'delivered') a
WHERE o.business_date = %(day)s GROUP BY 1
ON CONFLICT (hour) DO UPDATE SET orders = excluded.orders, delivered = excluded.delivered,
    failed = excluded.failed, sales = excluded.sales, cost = excluded.cost,
    counted_at = excluded.counted_at
"""

LAST_COUNTED = """
SELECT (hour + interval '7 hours')::date, max(counted_at) FROM orders.hours
WHERE hour >= %(since)s GROUP BY 1
"""

COUNTED = """
SELECT hour, orders, delivered, failed, sales, cost FROM orders.hours
WHERE hour >= %(since)s ORDER BY hour
"""

DAYS_WITH_ORDERS = """
SELECT day FROM unnest(%(day)s::date[]) AS day
WHERE EXISTS (SELECT 1 FROM orders.orders o WHERE o.business_date = day) ORDER BY day DESC
"""

DAYS_KEPT_FRESH = 30
RECENT_DAYS = 2
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HourLine:
    """Orders born in the hour that begins at ``hour`` (UTC). ``sales``: prices that became ours;
    ``cost``: of what suppliers delivered; whole rupiah."""

    hour: datetime
    orders: int
    delivered: int
    failed: int
    sales: int
    cost: int

    @property
    def margin(self) -> int:
        """Before what payments cost."""
        return self.sales - self.cost


async def hours_of(tx: Tx, day: date) -> list[HourLine]:
    """One WIB day as it is now; hours without orders are not in it."""
    return await tx.records(HourLine, OF_DAY, {"day": day})


async def counted_hours(tx: Tx, since: datetime) -> list[HourLine]:
    """From the counts, oldest first; today is not among them."""
    return await tx.records(HourLine, COUNTED, {"since": since})


async def count_hours(db: Database, clock: Clock) -> str:
    """Count again what may have changed; each day is a commit of its own. Repeats are harmless."""
    now = clock.now()
    today = business_date(now)
    async with db.read() as tx:
        since = now - timedelta(days=DAYS_KEPT_FRESH + 1)
        last = {row[0]: row[1] for row in await tx.rows(LAST_COUNTED, {"since": since})}
        days = [today - timedelta(days=ago) for ago in range(1, DAYS_KEPT_FRESH + 1)]
        fresh = {day for day in days[RECENT_DAYS:] if day in last and last[day] > now - A_DAY}
        stale = [day for day in days if day not in fresh]
        due = [row[0] for row in await tx.rows(DAYS_WITH_ORDERS, {"day": stale})]
    for day in due:
        async with db.transaction() as tx:
            await tx.run(COUNT_DAY, {"day": day, "at": now})
    return f"{len(due)} days counted"
