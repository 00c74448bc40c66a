"""This room's part of the books check: what payments and refunds say is what the ledger says."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.kernel.books import Breach
from konter.ledger.read import account_sum

RESTING = """
SELECT coalesce(sum(amount), 0)::bigint FROM funding.payments WHERE state IN ('unapplied', 'review')
"""

OWED = "SELECT coalesce(sum(amount), 0)::bigint FROM funding.refunds WHERE state = 'due'"

REFUNDS_UNATTENDED = """
SELECT r.id, r.reference FROM funding.refunds r WHERE r.state = 'due' AND NOT EXISTS (
    SELECT FROM hooks.tasks t
    WHERE t.kind = 'refund_due' AND t.subject = 'refund:' || r.id AND t.closed_at IS NULL)
"""

REVIEWS_UNATTENDED = """
SELECT p.id FROM funding.payments p WHERE p.state = 'review' AND NOT EXISTS (
    SELECT FROM hooks.tasks t
    WHERE t.kind = 'payment_review' AND t.subject = 'payment:' || p.id AND t.closed_at IS NULL)
"""

# What must stand in the journal for each confirmed payment, beside what does: by key, both ways.
LEGS_IN_OFF = """
WITH needed AS (
    SELECT leg.kind || ':' || p.gateway || ':' || p.their_id AS key, leg.debit, leg.credit,
           leg.amount
    FROM funding.payments p
    CROSS JOIN LATERAL (VALUES
        ('payment', 'gateway:' || p.gateway, 'unapplied', p.amount - p.kept),
        ('payment_fee', 'fees', 'unapplied', least(p.kept, p.amount)),
        ('payment_short', 'fees', 'gateway:' || p.gateway, p.kept - p.amount)
    ) AS leg (kind, debit, credit, amount)
    WHERE p.confirmed_at IS NOT NULL AND leg.amount > 0
), booked AS (
    SELECT t.key, t.debit, t.credit, t.amount FROM ledger.transfers t
    WHERE t.kind IN ('payment', 'payment_fee', 'payment_short')
)
SELECT coalesce(needed.key, booked.key), coalesce(needed.amount, 0), coalesce(booked.amount, 0)
FROM needed FULL JOIN booked ON booked.key = needed.key
WHERE needed.key IS NULL OR booked.key IS NULL OR needed.debit <> booked.debit
   OR needed.credit <> booked.credit OR needed.amount <> booked.amount
"""

# The price of an order leaves under the order's own key, so that it is held only once.
LEGS_OUT_OFF = """
WITH gone AS (
    SELECT p.id, sum(t.amount)::bigint AS amount
    FROM funding.payments p
    CROSS JOIN LATERAL (VALUES ('deposit:' || p.id), ('surcharge:' || p.id), ('surplus:' || p.id),
        (CASE WHEN p.applied_to = 'order' THEN 'hold:' || p.purpose_id END)) AS leg (key)
    JOIN ledger.transfers t ON t.key = leg.key AND t.debit = 'unapplied'
    WHERE p.confirmed_at IS NOT NULL GROUP BY p.id
)
SELECT p.id, p.state, p.amount, coalesce(gone.amount, 0)
FROM funding.payments p LEFT JOIN gone ON gone.id = p.id
WHERE p.confirmed_at IS NOT NULL
  AND coalesce(gone.amount, 0) <> CASE WHEN p.state = 'applied' THEN p.amount ELSE 0 END
"""

# Credited once, whole, and by one payment.
DEPOSITS_OFF = """
SELECT d.code, d.state, d.amount, count(t.key), coalesce(sum(t.amount), 0)::bigint
FROM funding.deposits d
LEFT JOIN funding.payments p ON p.purpose = 'deposit' AND p.purpose_id = d.id
    AND p.confirmed_at IS NOT NULL
LEFT JOIN ledger.transfers t ON t.key = 'deposit:' || p.id
GROUP BY d.id, d.code, d.state, d.amount
HAVING count(t.key) <> CASE WHEN d.state = 'credited' THEN 1 ELSE 0 END
    OR (d.state = 'credited' AND coalesce(sum(t.amount), 0) <> d.amount)
"""

# What has taken effect is in the journal under its own number, once and whole; nothing else is.
ADJUSTMENTS_OFF = """
WITH booked AS (
    SELECT key, wallet_id, CASE WHEN debit = 'adjustments' THEN amount ELSE -amount END AS amount
    FROM ledger.transfers WHERE kind = 'adjustment' AND key LIKE 'adjustment:%%'
)
SELECT coalesce(b.key, 'adjustment:' || a.id), coalesce(a.state, 'unknown'), a.amount, b.amount
FROM funding.adjustments a FULL JOIN booked b ON b.key = 'adjustment:' || a.id
WHERE a.id IS NULL OR (b.key IS NOT NULL) <> (a.state IN ('alone', 'approved'))
   OR b.amount <> a.amount OR b.wallet_id <> a.user_id
"""

ADJUSTMENTS_UNATTENDED = """
SELECT a.id FROM funding.adjustments a WHERE a.state = 'asked' AND NOT EXISTS (
    SELECT FROM hooks.tasks t
    WHERE t.kind = 'adjustment' AND t.subject = 'adjustment:' || a.id AND t.closed_at IS NULL)
"""


async def breaches(tx: Tx) -> list[Breach]:
    """Laws 3, 4, 5 and 8 of payments and adjustments; an empty list is a clean book."""
    row = await tx.row(RESTING)
    rests, booked = (int(row[0]) if row else 0), await account_sum(tx, "unapplied")
    row = await tx.row(OWED)
    owed, held = (int(row[0]) if row else 0), await account_sum(tx, "refunds_due")
    found = []
    if rests != booked:
        found.append(Breach(3, "unapplied", f"holds {booked}, payments need {rests}"))
    if owed != held:
        found.append(Breach(3, "refunds_due", f"holds {held}, refunds need {owed}"))
    found += [
        Breach(5, f"refund:{refund}", f"{reference} is owed without an open task")
        for refund, reference in await tx.rows(REFUNDS_UNATTENDED)
    ]
    found += [
        Breach(5, f"payment:{payment}", "in review without an open task")
        for (payment,) in await tx.rows(REVIEWS_UNATTENDED)
    ]
    found += [
        Breach(5, f"adjustment:{adjustment}", "asked for without an open task")
        for (adjustment,) in await tx.rows(ADJUSTMENTS_UNATTENDED)
    ]
    found += [
        Breach(4, key, f"{state}, asked {asked}, booked {there}")
        for key, state, asked, there in await tx.rows(ADJUSTMENTS_OFF)
    ]
    found += [
        Breach(8, key, f"needs {needed}, booked {there}")
        for key, needed, there in await tx.rows(LEGS_IN_OFF)
    ]
    found += [
        Breach(8, f"payment:{payment}", f"{state} with {amount}, of which {gone} left")
        for payment, state, amount, gone in await tx.rows(LEGS_OUT_OFF)
    ]
    found += [
        Breach(8, code, f"deposit of {amount} {state}, {times} credits of {credited} in all")
        for code, state, amount, times, credited in await tx.rows(DEPOSITS_OFF)
    ]
    return found
