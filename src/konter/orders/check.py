"""This room's part of the books check: what orders say must be what the ledger says."""

from __future__ import annotations

from konter.db.pool import Database, Tx
from konter.funding import check as funding_check
from konter.kernel.books import Breach
from konter.ledger import check as ledger_check
from konter.ledger.read import account_sum

ESCROWED = """
SELECT coalesce(sum(price), 0)::bigint FROM orders.orders WHERE state IN ('held', 'sent')
"""

# One hold and at most one end for each order, of its own price; an end exactly when it is over. The
# hold is the buyer's wallet's, or of an order by gateway a payment's. One that was never paid has
# neither.
HOLDS_OFF = """
SELECT o.code, o.state, o.price, count(t.key) FILTER (WHERE t.kind = 'hold'),
       count(t.key) FILTER (WHERE t.kind IN ('capture', 'release'))
FROM (SELECT p.id, p.code, p.state, p.price, c.order_id IS NOT NULL AND c.paid_at IS NULL AS unpaid,
             CASE WHEN c.order_id IS NULL THEN 'wallet:' || p.user_id ELSE 'unapplied' END AS payer
      FROM orders.orders p LEFT JOIN orders.checkouts c ON c.order_id = p.id) AS o
LEFT JOIN ledger.transfers t ON t.order_id = o.id AND t.kind IN ('hold', 'capture', 'release')
GROUP BY o.id, o.code, o.state, o.price, o.unpaid, o.payer
HAVING count(t.key) FILTER (WHERE t.kind = 'hold' AND t.amount = o.price AND t.debit = o.payer)
       <> CASE WHEN o.unpaid THEN 0 ELSE 1 END
    OR count(t.key) FILTER (WHERE t.kind IN ('capture', 'release') AND t.amount = o.price)
       <> CASE WHEN o.unpaid OR o.state IN ('held', 'sent') THEN 0 ELSE 1 END
    OR count(t.key)
       <> CASE WHEN o.unpaid THEN 0 WHEN o.state IN ('held', 'sent') THEN 1 ELSE 2 END
"""

# What the buyer has paid on balance must agree with where the order says the price is.
PRICE_OFF = """
SELECT o.code, o.price_at, s.paid FROM orders.orders o
JOIN (SELECT order_id, sum(CASE WHEN credit = 'sales' THEN amount WHEN debit = 'sales' THEN -amount
                           ELSE 0 END) AS paid
      FROM ledger.transfers WHERE order_id IS NOT NULL GROUP BY order_id) s ON s.order_id = o.id
WHERE s.paid <> CASE WHEN o.price_at = 'sales' THEN o.price ELSE 0 END
"""

COSTS_OFF = """
SELECT a.reference, a.state, a.cost, coalesce(c.booked, 0) FROM orders.attempts a
LEFT JOIN (SELECT split_part(key, ':', 2)::bigint AS attempt_id,
                  sum(CASE WHEN kind = 'cost' THEN amount ELSE -amount END) AS booked
           FROM ledger.transfers WHERE kind IN ('cost', 'costback') GROUP BY 1) c
       ON c.attempt_id = a.id
WHERE coalesce(c.booked, 0) <> CASE WHEN a.state = 'delivered' THEN coalesce(a.cost, -1) ELSE 0 END
"""

DISPUTES_TWICE = """
SELECT order_id, split_part(key, ':', 3), count(*) FROM ledger.transfers
WHERE kind LIKE 'dispute%%' GROUP BY 1, 2 HAVING count(*) > 1
"""

LIVE_ATTEMPTS_OFF = """
SELECT o.code, o.state, count(a.id) FROM orders.orders o
LEFT JOIN orders.attempts a ON a.order_id = o.id AND a.state IN ('due', 'sending', 'open')
    AND a.next_action_at IS NOT NULL
WHERE o.state IN ('held', 'sent') GROUP BY o.id, o.code, o.state HAVING count(a.id) <> 1
"""

DISPUTES_UNATTENDED = """
SELECT o.code FROM orders.orders o WHERE o.state = 'disputed' AND NOT EXISTS (
    SELECT FROM hooks.tasks t
    WHERE t.kind = 'dispute' AND t.subject = 'order:' || o.id AND t.closed_at IS NULL)
"""

# An order by gateway waits exactly while it awaits its payment, and then has been asked for; what
# nobody has paid goes nowhere else.
CHECKOUTS_OFF = """
SELECT o.code, o.state, coalesce(c.waits, false), i.asked
FROM orders.orders o
LEFT JOIN orders.checkouts c ON c.order_id = o.id
LEFT JOIN (SELECT purpose_id, count(*) AS asked FROM funding.invoices WHERE purpose = 'order'
           GROUP BY purpose_id) i ON i.purpose_id = o.id
WHERE (o.state = 'awaiting_payment') <> coalesce(c.waits, false)
   OR (o.payment_method = 'balance') <> (c.order_id IS NULL)
   OR (o.state = 'awaiting_payment' AND i.asked IS NULL)
   OR (c.order_id IS NOT NULL AND c.paid_at IS NULL
       AND o.state NOT IN ('awaiting_payment', 'expired', 'cancelled'))
"""

# A purchase is asked for once: later calls about it are enquiries. What never left had no answer.
BOUGHT_AGAIN = """
SELECT reference, count(*) FROM (
    SELECT DISTINCT reference, started_at, ended_at FROM suppliers.exchanges
    WHERE purpose = 'purchase' AND reference IS NOT NULL AND status IS NOT NULL) AS told
GROUP BY reference HAVING count(*) > 1
"""

# A bill is paid by one call and asked about by another.
CALLS_OFF = """
SELECT e.reference, count(DISTINCT e.request_body) FROM suppliers.exchanges e
LEFT JOIN orders.attempts a ON a.reference = e.reference AND a.is_bill
WHERE e.purpose IN ('purchase', 'enquiry') AND e.reference IS NOT NULL
GROUP BY e.reference, CASE WHEN a.is_bill THEN e.purpose END
HAVING count(DISTINCT e.request_body) > 1
"""

# A call whose lease was too old never left, so it may lie inside another one.
OVERLAPS = """
SELECT reference, started_at FROM (
    SELECT reference, started_at, lag(ended_at) OVER calls AS ended_before
    FROM (SELECT DISTINCT reference, started_at, ended_at FROM suppliers.exchanges
          WHERE purpose IN ('purchase', 'enquiry') AND reference IS NOT NULL
            AND problem IS DISTINCT FROM 'lease too old') AS told
    WINDOW calls AS (PARTITION BY reference ORDER BY started_at)) AS calls
WHERE started_at < ended_before
"""

AFTER_THE_END = """
SELECT a.reference, e.started_at FROM orders.attempts a
JOIN suppliers.exchanges e ON e.reference = a.reference
    AND e.started_at > a.ended_at + interval '1 minute'
WHERE e.purpose IN ('purchase', 'enquiry') AND e.problem IS DISTINCT FROM 'lease too old'
"""


# What is paid was checked, and found to be just that; and it is claimed by the order that pays it.
BILLS_OFF = """
SELECT a.reference FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
LEFT JOIN orders.bills b ON b.order_id = a.order_id
WHERE a.is_bill AND (b.id IS NULL OR b.total <> o.price OR b.sku <> a.sku
    OR b.customer_no <> a.customer_no OR a.number <> 1)
"""


# Of an open denomination the buyer pays the amount and a fee, and so do we. The amount stands once.
AMOUNTS_OFF = """
SELECT a.reference FROM orders.attempts a JOIN orders.orders o ON o.id = a.order_id
WHERE o.chosen_amount IS NOT NULL
  AND (a.is_bill OR a.expected_cost <= o.chosen_amount OR a.max_price <= o.chosen_amount)
"""


async def breaches(tx: Tx) -> list[Breach]:
    """Laws 3 to 6 on a live database; an empty list is a clean book."""
    row = await tx.row(ESCROWED)
    held, booked = (int(row[0]) if row else 0), await account_sum(tx, "escrow")
    found = [] if held == booked else [Breach(3, "escrow", f"holds {booked}, orders need {held}")]
    found += [
        Breach(4, code, f"{state} at {price}: {holds} holds, {ends} ends")
        for code, state, price, holds, ends in await tx.rows(HOLDS_OFF)
    ]
    found += [
        Breach(4, code, f"price said to be at {where}, sales have {paid}")
        for code, where, paid in await tx.rows(PRICE_OFF)
    ]
    found += [
        Breach(4, ref, f"attempt {state} with cost {cost}, booked {done}")
        for ref, state, cost, done in await tx.rows(COSTS_OFF)
    ]
    found += [
        Breach(4, f"order:{order}", f"dispute {n} decided {times} times")
        for order, n, times in await tx.rows(DISPUTES_TWICE)
    ]
    found += [
        Breach(5, code, f"{state} with {live} live attempts")
        for code, state, live in await tx.rows(LIVE_ATTEMPTS_OFF)
    ]
    found += [
        Breach(5, code, "disputed without an open task")
        for (code,) in await tx.rows(DISPUTES_UNATTENDED)
    ]
    found += [
        Breach(5, code, f"{state}, its checkout waits: {waits}, links asked for: {asked or 0}")
        for code, state, waits, asked in await tx.rows(CHECKOUTS_OFF)
    ]
    found += [
        Breach(6, ref, f"asked for {times} times as if for the first")
        for ref, times in await tx.rows(BOUGHT_AGAIN)
    ]
    found += [
        Breach(6, ref, f"{kinds} different purchase calls")
        for ref, kinds in await tx.rows(CALLS_OFF)
    ]
    found += [
        Breach(6, ref, "paid without its check, or otherwise than it was checked")
        for (ref,) in await tx.rows(BILLS_OFF)
    ]
    found += [
        Breach(6, ref, "bought for no more than the amount that its buyer chose")
        for (ref,) in await tx.rows(AMOUNTS_OFF)
    ]
    found += [
        Breach(6, ref, f"the call at {at:%FT%T} began before the one before it ended")
        for ref, at in await tx.rows(OVERLAPS)
    ]
    found += [
        Breach(6, ref, f"called at {at:%FT%T}, after its end")
        for ref, at in await tx.rows(AFTER_THE_END)
    ]
    return found


async def check_books(db: Database) -> list[Breach]:
    """All rooms' laws in one snapshot of a live database; reads only."""
    async with db.snapshot() as tx:
        return [
            *await ledger_check.breaches(tx),
            *await funding_check.breaches(tx),
            *await breaches(tx),
        ]
