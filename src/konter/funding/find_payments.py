"""Looking for payments of ours by the words that a buyer, a gateway or the office has for them."""

from __future__ import annotations

from collections.abc import Sequence

from konter.db.pool import Tx
from konter.funding.overview import PaymentLine
from konter.funding.states import PaymentState

# The newest first; NULL means any.
NEWEST = """
SELECT p.id, p.purpose, p.purpose_id, i.shown_as, i.reference, p.gateway, p.their_id, p.state,
       p.amount, p.kept, i.amount AS asked, p.applied_to, p.on_hold, p.said, p.problem, p.paid_at,
       p.confirmed_at, p.refunded_at, p.created_at
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE (%(state)s::text IS NULL OR p.state = %(state)s)
  AND (%(gateway)s::text IS NULL OR p.gateway = %(gateway)s)
  AND (%(before)s::bigint IS NULL OR (p.created_at, p.id) < (
       SELECT b.created_at, b.id FROM funding.payments b WHERE b.id = %(before)s))
ORDER BY p.created_at DESC, p.id DESC LIMIT %(most)s
"""

# By its whole name: an order's or deposit's code, our reference, the gateway's own id, our number.
NAMED = """
WITH named AS (
    SELECT p.id FROM funding.payments p WHERE p.their_id = %(text)s
    UNION
    SELECT p.id FROM funding.payments p WHERE p.id = %(number)s::bigint
    UNION
    SELECT p.id FROM funding.invoices i JOIN funding.payments p ON p.invoice_id = i.id
    WHERE i.shown_as = %(code)s OR i.reference = %(code)s
)
SELECT p.id, p.purpose, p.purpose_id, i.shown_as, i.reference, p.gateway, p.their_id, p.state,
       p.amount, p.kept, i.amount AS asked, p.applied_to, p.on_hold, p.said, p.problem, p.paid_at,
       p.confirmed_at, p.refunded_at, p.created_at
FROM named JOIN funding.payments p ON p.id = named.id
JOIN funding.invoices i ON i.id = p.invoice_id
WHERE (%(state)s::text IS NULL OR p.state = %(state)s)
  AND (%(gateway)s::text IS NULL OR p.gateway = %(gateway)s)
  AND (%(before)s::bigint IS NULL OR (p.created_at, p.id) < (
       SELECT b.created_at, b.id FROM funding.payments b WHERE b.id = %(before)s))
ORDER BY p.created_at DESC, p.id DESC LIMIT %(most)s
"""

UNDER_WAY = """
SELECT state, count(*) FROM funding.payments WHERE state IN ('unapplied', 'review') GROUP BY state
"""


async def find_payments(
    tx: Tx,
    text: str = "",
    *,
    state: PaymentState | None = None,
    gateway: str | None = None,
    before: int | None = None,
    most: int = 50,
) -> Sequence[PaymentLine]:
    """The newest first, older than payment ``before``. ``text``: a whole code, reference or id."""
    text = text.strip()[:200].replace("\0", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    facts = {
        "text": text,
        "code": text.upper(),
        "number": number,
        "state": state,
        "gateway": gateway or None,
        "before": before,
        "most": most,
    }
    return await tx.records(PaymentLine, NAMED if text else NEWEST, facts)


async def unsettled_payments(tx: Tx) -> dict[str, int]:
    """How many wait to be applied, and how many for a person."""
    return {state: count for state, count in await tx.rows(UNDER_WAY)}
