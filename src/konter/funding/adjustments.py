"""Adjustments as rows: asked for, decided, and what of them is money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from konter.db.pool import Tx
from konter.kernel.errors import NotFound, Refused
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post

# The newest first; NULL means any. ``before``: the last one seen.
LIST = """
SELECT a.id, a.user_id, u.email, u.name, a.amount, a.reason, a.ref_id, a.state, a.asked_by,
       a.asked_name, a.asked_at, a.decided_by, a.decided_name, a.decided_at, a.answer
FROM funding.adjustments a JOIN people.users u ON u.id = a.user_id
WHERE (%(state)s::text IS NULL OR a.state = %(state)s)
  AND (%(user_id)s::bigint IS NULL OR a.user_id = %(user_id)s)
  AND (%(before)s::bigint IS NULL OR (a.asked_at, a.id) < (
       SELECT b.asked_at, b.id FROM funding.adjustments b WHERE b.id = %(before)s))
ORDER BY a.asked_at DESC, a.id DESC LIMIT %(most)s
"""

LOCK = """
SELECT a.id, a.user_id, u.email, u.name, a.amount, a.reason, a.ref_id, a.state, a.asked_by,
       a.asked_name, a.asked_at, a.decided_by, a.decided_name, a.decided_at, a.answer
FROM funding.adjustments a JOIN people.users u ON u.id = a.user_id
WHERE a.id = %(id)s FOR NO KEY UPDATE OF a
"""

DECIDE = """
UPDATE funding.adjustments SET state = %(state)s, decided_by = %(by)s, decided_name = %(name)s,
    decided_at = %(at)s, answer = %(answer)s
WHERE id = %(id)s AND state = 'asked'
"""

WAITING = "SELECT count(*) FROM funding.adjustments WHERE state = 'asked'"


class AdjustmentState(StrEnum):
    """``alone``: small enough to need nobody else. The money of ``alone`` and ``approved`` ones has
    moved; of the others none has."""

    ALONE = "alone"
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AdjustmentNotFound(NotFound):
    code = "adjustment_not_found"
    message = "Penyesuaian saldo tidak ditemukan"


class AdjustmentDecided(Refused):
    """Somebody decided it before; ``state`` says how."""

    code = "adjustment_decided"
    status = 409
    message = "Penyesuaian ini sudah diputuskan"


class OwnAdjustment(Refused):
    """One's own request, or one for one's own wallet: somebody else decides it."""

    code = "own_adjustment"
    status = 403
    message = "Penyesuaian ini harus diputuskan oleh admin lain"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """``amount``: whole rupiah, below zero where it takes. ``email`` and ``name``: the wallet's
    owner's. ``answer``: why it was refused. Times UTC."""

    id: int
    user_id: int
    email: str
    name: str
    amount: int
    reason: str
    ref_id: str
    state: str
    asked_by: int
    asked_name: str
    asked_at: datetime
    decided_by: int | None
    decided_name: str | None
    decided_at: datetime | None
    answer: str | None

    @property
    def subject(self) -> str:
        """How tasks and the audit log name it."""
        return f"adjustment:{self.id}"

    @property
    def is_open(self) -> bool:
        return self.state == AdjustmentState.ASKED


async def adjustments(
    tx: Tx,
    *,
    state: AdjustmentState | None = None,
    user_id: int | None = None,
    before: int | None = None,
    most: int = 50,
) -> Sequence[Adjustment]:
    """The newest first."""
    facts = {"state": state, "user_id": user_id, "before": before, "most": most}
    return await tx.records(Adjustment, LIST, facts)


async def waiting_adjustments(tx: Tx) -> int:
    """How many wait for a second pair of eyes."""
    row = await tx.row(WAITING)
    return int(row[0]) if row else 0


async def lock_adjustment(tx: Tx, adjustment_id: int) -> Adjustment:
    """Locked until the transaction ends. Raises AdjustmentNotFound."""
    found = await tx.records(Adjustment, LOCK, {"id": adjustment_id})
    if not found:
        raise AdjustmentNotFound(adjustment=adjustment_id)
    return found[0]


async def post_adjustment(tx: Tx, asked: Adjustment, *, actor: str, at: datetime) -> None:
    """Move its money, once: the key is its number. Raises FloorPassed, WalletBlocked, NoWallet."""
    wallet, amount = f"wallet:{asked.user_id}", Rupiah(asked.amount)
    adds = amount > ZERO
    transfer = Transfer(
        key=f"adjustment:{asked.id}",
        kind="adjustment",
        debit="adjustments" if adds else wallet,
        credit=wallet if adds else "adjustments",
        amount=amount if adds else -amount,
        note=asked.reason,
        actor=actor,
        happened_at=at,
    )
    await post(tx, [transfer], at=at)
