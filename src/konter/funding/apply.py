"""Confirmed payments on their way to what they are for: taken, applied, or given to a person.

A room that knows the purpose applies: ``orders`` its orders' payments, this room the deposits'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.states import AppliedTo, Purpose
from konter.kernel.errors import Broken
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer

DUE = """
SELECT id FROM funding.payments
WHERE state = 'unapplied' AND purpose = %(purpose)s AND next_action_at <= %(now)s
ORDER BY next_action_at LIMIT %(most)s
"""

# Rows that somebody else applies just now are skipped, never waited for.
TAKE = """
SELECT p.id, p.purpose_id, p.gateway, p.their_id, p.amount, i.amount AS asked, i.surcharge,
       i.reference, p.paid_at, p.confirmed_at
FROM funding.payments p JOIN funding.invoices i ON i.id = p.invoice_id
WHERE p.id = ANY(%(ids)s) AND p.state = 'unapplied' AND p.purpose = %(purpose)s
ORDER BY p.id
FOR NO KEY UPDATE OF p SKIP LOCKED
"""

MARK_APPLIED = """
UPDATE funding.payments p SET state = 'applied', applied_to = n.applied_to, applied_at = %(at)s,
    next_action_at = NULL
FROM unnest(%(id)s::bigint[], %(applied_to)s::text[]) AS n (id, applied_to)
WHERE p.id = n.id AND p.state = 'unapplied'
"""

PUT_OFF = """
UPDATE funding.payments SET next_action_at = %(until)s, problem = %(problem)s
WHERE id = %(id)s AND state = 'unapplied'
"""


@dataclass(frozen=True, slots=True)
class Unapplied:
    """A confirmed payment, locked by this transaction; whole rupiah, times UTC.

    ``amount``: what was paid towards the invoice; ``asked``: what the invoice asked for, of which
    ``surcharge`` is the gateway's fee, passed on. ``paid_at`` None: they did not say.
    """

    id: int
    purpose_id: int
    gateway: str
    their_id: str
    amount: int
    asked: int
    surcharge: int
    reference: str
    paid_at: datetime | None
    confirmed_at: datetime

    @property
    def happened_at(self) -> datetime:
        return self.paid_at or self.confirmed_at


async def due_payments(tx: Tx, purpose: Purpose, *, most: int, now: datetime) -> list[int]:
    """The ids of payments that wait to be applied; nothing is locked."""
    facts = {"purpose": purpose, "most": most, "now": now}
    return [row[0] for row in await tx.rows(DUE, facts)]


async def take(tx: Tx, purpose: Purpose, ids: Sequence[int]) -> list[Unapplied]:
    """Lock those of these payments that nobody has applied or is applying."""
    return await tx.records(Unapplied, TAKE, {"purpose": purpose, "ids": list(ids)})


async def mark_applied(tx: Tx, applied: Sequence[tuple[int, AppliedTo]], *, at: datetime) -> None:
    """These payments, taken by this transaction, have left ``unapplied`` whole."""
    facts = {"id": [i for i, _ in applied], "applied_to": [to for _, to in applied], "at": at}
    if applied and await tx.run(MARK_APPLIED, facts) != len(applied):
        raise Broken("a payment was applied outside its lock")


async def put_off(tx: Tx, payment_id: int, *, until: datetime, problem: str) -> None:
    """This payment could not be applied; it is tried again at ``until``."""
    facts = {"id": payment_id, "until": until, "problem": problem[:300]}
    await tx.run(PUT_OFF, facts)


def leg(
    payment: Unapplied,
    kind: str,
    credit: str,
    amount: int,
    *,
    reference: str,
    order_id: int | None = None,
    key: str | None = None,
) -> Transfer:
    """One transfer out of ``unapplied``; its key is ``<kind>:<payment>`` unless another is told.

    Kinds: ``hold`` (to escrow), ``surcharge`` (to fees), ``deposit`` (to the wallet that ordered
    it), ``surplus`` (back to the buyer). Together a payment's legs are its amount.
    """
    return Transfer(
        key=key or f"{kind}:{payment.id}",
        kind=kind,
        debit="unapplied",
        credit=credit,
        amount=Rupiah(amount),
        order_id=order_id,
        reference=reference,
        happened_at=payment.happened_at,
    )
