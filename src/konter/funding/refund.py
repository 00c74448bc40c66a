"""What we owe to guests: written down as it arises, paid out by hand, recorded with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk
from konter.funding.states import Purpose
from konter.hooks import tasks
from konter.kernel.money import Rupiah

INSERT_REFUNDS = """
INSERT INTO funding.refunds (id, key, purpose, purpose_id, reference, amount, because, state,
    created_at)
SELECT n.id, n.key, n.purpose, n.purpose_id, n.reference, n.amount, n.because, 'due', %(at)s
FROM unnest(%(id)s::bigint[], %(key)s::text[], %(purpose)s::text[], %(purpose_id)s::bigint[],
    %(reference)s::text[], %(amount)s::bigint[], %(because)s::text[])
    AS n (id, key, purpose, purpose_id, reference, amount, because)
ON CONFLICT (key) DO NOTHING
RETURNING id, reference, amount, because
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """Money that a transfer under ``key`` has just brought to ``refunds_due``. ``reference``: the
    order's code; ``because``: for the operator who pays it out."""

    key: str
    purpose: Purpose
    purpose_id: int
    reference: str
    amount: Rupiah
    because: str


async def owe_many(desk: FundingDesk, tx: Tx, owed: Sequence[Owed], *, at: datetime) -> None:
    """Write refunds down, with a task for an operator, in the commit that posts their transfers.
    A replay of a key does nothing."""
    if not owed:
        return
    columns: dict[str, list[object]] = {
        "id": [*await desk.ids.take(tx, len(owed))],
        "key": [o.key for o in owed],
        "purpose": [o.purpose for o in owed],
        "purpose_id": [o.purpose_id for o in owed],
        "reference": [o.reference for o in owed],
        "amount": [o.amount.amount for o in owed],
        "because": [o.because[:300] for o in owed],
    }
    rows = await tx.rows(INSERT_REFUNDS, {**columns, "at": at})
    await tasks.open_many(tx, [_task(row, at) for row in rows])


def _task(row: Sequence[object], at: datetime) -> tasks.Task:
    refund_id, reference, amount, because = row
    assert isinstance(amount, int)
    owed = f"{Rupiah(amount).shown()} owed to a guest ({because})"
    told = f"{reference}: {owed}; konter refund settle {refund_id}"
    return tasks.Task("refund_due", f"refund:{refund_id}", told, at)
