"""The same bill is not paid twice, by whatever reference, SKU or supplier.

One period of one number at one biller belongs to one order, until that order is over without having
paid it. Where a product has no period, the day and the amount stand for it; money that is loaded
may be loaded as often as one likes.
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
    periods = bill.periods or [f"{business_date(at)}:{bill.amount}"]
    facts = {
        "biller": bill.biller,
        "customer_no": bill.customer_no.upper(),
        "periods": periods,
        "order_id": order_id,
    }
    if len(await tx.rows(CLAIM, facts)) == len(periods):
        return None
    states = {OrderState(row[0]) for row in await tx.rows(HOLDERS, facts)}
    return BillBeingPaid() if states <= HOLDING | {OrderState.DISPUTED} else BillPaid()
