"""How much money waits for somebody or something, at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from konter.db.pool import Tx

WAITING = """
SELECT (SELECT count(*) FROM funding.deposits WHERE state = 'awaiting_payment')::int AS deposits,
       (SELECT count(*) FROM funding.payments
        WHERE next_action_at IS NOT NULL AND state = 'waiting')::int AS asked_about,
       (SELECT count(*) FROM funding.payments
        WHERE next_action_at IS NOT NULL AND state = 'unapplied')::int AS unapplied,
       (SELECT count(*) FROM funding.refunds WHERE state = 'due')::int AS refunds,
       (SELECT coalesce(sum(amount), 0) FROM funding.refunds
        WHERE state = 'due')::bigint AS refunds_sum
"""


@dataclass(frozen=True, slots=True)
class MoneyWaiting:
    """``deposits``: not paid yet. ``asked_about``: payments that a gateway has named, not proven.
    ``unapplied``: confirmed, not with their order yet. ``refunds``: owed to guests, and how much
    (whole rupiah)."""

    deposits: int
    asked_about: int
    unapplied: int
    refunds: int
    refunds_sum: int


async def money_waiting(tx: Tx) -> MoneyWaiting:
    """From partial indices: it costs what waits, not what there is."""
    (found,) = await tx.records(MoneyWaiting, WAITING)
    return found
