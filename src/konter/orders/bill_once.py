"""Some suppliers refuse a second payment of one SKU for one number on one day, whatever bill it is
for. It is refused here first, before any money is held."""

from __future__ import annotations

from datetime import datetime, time

from konter.db.pool import Tx
from konter.kernel.clock import WIB, business_date
from konter.kernel.errors import Refused
from konter.orders.bill_store import BillRow
from konter.orders.desk import OrdersDesk
from konter.orders.judge_payment import BillSoldToday

# Whoever pays by one SKU for one number does so alone, until it is written down or rolled back:
# members differ, and so may what their bills belong to.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(thing)s, 7362516))"

# What was refused was not sold. One that is due leaves on the day of its check, which is today.
SOLD_TODAY = """
SELECT 1 FROM orders.attempts a
WHERE a.customer_no = ANY(%(numbers)s) AND a.sku = %(sku)s AND a.account = %(account)s
  AND a.state IN ('due', 'sending', 'open', 'delivered')
  AND coalesce(a.first_sent_at, a.created_at) >= %(midnight)s
LIMIT 1
"""


async def refuse_second(desk: OrdersDesk, tx: Tx, bill: BillRow, *, at: datetime) -> Refused | None:
    """BillSoldToday, where this bill's supplier pays once a day and does so, or has, today (WIB).

    Asked after the bill was claimed, so that the same bill again is told as paid; two at once wait
    for each other until the first one's commit.
    """
    if not desk.billers[bill.account].pays_once_a_day:
        return None
    number = bill.customer_no
    facts = {
        "thing": f"{bill.account}|{bill.sku}|{number.upper()}",
        "numbers": [number, number.upper(), number.lower()],
        "sku": bill.sku,
        "account": bill.account,
        "midnight": datetime.combine(business_date(at), time(), WIB),
    }
    await tx.rows(TAKE_TURN, facts)
    return None if await tx.row(SOLD_TODAY, facts) is None else BillSoldToday()
