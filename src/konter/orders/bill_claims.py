"""The same bill is not paid twice, by whatever reference, SKU or supplier.

One period of one number at one biller belongs to one order, until that order is over without having
paid it. Where a product has no period, the day and the amount stand for it; and as one supplier may
name periods of a bill that another names none of, such two of one day and amount are one bill, too.
Money that is loaded may be loaded as often as one likes.
"""

from __future__ import annotations

from datetime import datetime

from konter.catalogue.billers import BillKind
from konter.db.pool import Tx
from konter.kernel.clock import business_date
from konter.kernel.errors import Refused
from konter.orders.bill_store import BillRow
from konter.orders.states import HOLDING, OrderState

# In order, so that two payments that share some never wait for each other in a circle.
CLAIM = """
INSERT INTO orders.bill_claims AS c (biller, customer_no, period, order_id)
SELECT %(biller)s, %(customer_no)s, n.period, %(order_id)s
FROM unnest(%(periods)s::text[]) AS n (period)
ORDER BY n.period
ON CONFLICT (biller, customer_no, period) DO UPDATE SET order_id = excluded.order_id
WHERE EXISTS (
    SELECT FROM orders.orders o
    WHERE o.id = c.order_id AND o.state IN ('failed', 'refunded', 'cancelled'))
RETURNING c.period
"""

# Two forms of one bill share no row, so whoever claims a number at a biller does so alone.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(thing)s, 7362514))"

# Claimed today for as much, with periods where this bill has none, or the other way round.
IN_OTHER_WORDS = """
SELECT o.state
FROM orders.bill_claims c
JOIN orders.orders o ON o.id = c.order_id
JOIN orders.bills b ON b.order_id = c.order_id
WHERE c.biller = %(biller)s AND c.customer_no = %(customer_no)s AND c.order_id <> %(order_id)s
  AND b.business_date = %(today)s AND b.amount = %(amount)s
  AND (b.periods = '{}') <> %(is_periodless)s
  AND o.state NOT IN ('failed', 'refunded', 'cancelled')
"""

HOLDERS = """
SELECT o.state FROM orders.bill_claims c JOIN orders.orders o ON o.id = c.order_id
WHERE c.biller = %(biller)s AND c.customer_no = %(customer_no)s
  AND c.period = ANY(%(periods)s) AND c.order_id <> %(order_id)s
"""


class BillPaid(Refused):
    """This bill, or a part of it, was paid here already, under whatever reference."""

    code = "bill_paid"
    message = "Tagihan ini sudah dibayar"


class BillBeingPaid(Refused):
    """This bill, or a part of it, is being paid here, and how that ends is not known yet."""

    code = "bill_being_paid"
    message = "Tagihan ini sedang dibayar"


async def claim_bill(tx: Tx, bill: BillRow, order_id: int, *, at: datetime) -> Refused | None:
    """Claim the bill for a new order; else BillPaid or BillBeingPaid, and then roll back.

    A claim whose order failed, was refunded or cancelled is taken over.
    """
    if bill.kind == BillKind.EMONEY:
        return None
    today, number = business_date(at), bill.customer_no.upper()
    periods = bill.periods or [f"{today}:{bill.amount}"]
    facts = {
        "biller": bill.biller,
        "customer_no": number,
        "periods": periods,
        "order_id": order_id,
        "today": today,
        "amount": bill.amount,
        "is_periodless": not bill.periods,
    }
    await tx.rows(TAKE_TURN, {"thing": f"{bill.biller}|{number}"})
    is_ours = len(await tx.rows(CLAIM, facts)) == len(periods)
    rivals = await tx.rows(IN_OTHER_WORDS if is_ours else HOLDERS, facts)
    if is_ours and not rivals:
        return None
    states = {OrderState(row[0]) for row in rivals}
    return BillBeingPaid() if states <= HOLDING | {OrderState.DISPUTED} else BillPaid()
