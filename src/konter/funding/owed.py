"""What a guest reads about their money's way back."""

from __future__ import annotations

from dataclasses import dataclass

from konter.db.pool import Tx
from konter.funding.states import Purpose

OWED = """
SELECT coalesce(sum(r.amount), 0)::bigint AS amount,
       coalesce(sum(r.amount) FILTER (WHERE r.state = 'due'), 0)::bigint AS due,
       EXISTS (SELECT FROM funding.refund_accounts a
               WHERE a.purpose = %(purpose)s AND a.purpose_id = %(purpose_id)s) AS account_told
FROM funding.refunds r WHERE r.purpose = %(purpose)s AND r.purpose_id = %(purpose_id)s
"""


@dataclass(frozen=True, slots=True)
class GuestRefund:
    """Whole rupiah: all that was ever owed, and what of it is still to be paid out."""

    amount: int
    due: int
    account_told: bool


async def guest_refund(tx: Tx, purpose: Purpose, purpose_id: int) -> GuestRefund | None:
    """None: nothing was ever owed."""
    facts = {"purpose": purpose, "purpose_id": purpose_id}
    (found,) = await tx.records(GuestRefund, OWED, facts)
    return found if found.amount else None
