"""Guests get their money back: an operator pays by hand and records it here, with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk
from konter.funding.entry import bank_account, reason_of
from konter.funding.states import Purpose
from konter.hooks import tasks
from konter.kernel.errors import NotFound, Refused
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")

DUE = """
SELECT r.id, r.purpose, r.purpose_id, r.reference, r.amount, r.because, r.created_at,
       a.bank, a.number, a.holder
FROM funding.refunds r LEFT JOIN funding.refund_accounts a
    ON a.purpose = r.purpose AND a.purpose_id = r.purpose_id
WHERE r.state = 'due' ORDER BY r.created_at, r.id
"""

LOCK = """
SELECT id, purpose, purpose_id, reference, amount, state, bank, evidence FROM funding.refunds
WHERE id = %(id)s FOR NO KEY UPDATE
"""

SETTLE = """
UPDATE funding.refunds SET state = 'settled', bank = %(bank)s, evidence = %(evidence)s,
    settled_by = %(actor)s, settled_at = %(at)s
WHERE id = %(id)s
"""


class RefundNotFound(NotFound):
    code = "refund_not_found"
    message = "Pengembalian dana tidak ditemukan"


class RefundSettled(Refused):
    """It was settled already, with other facts: look before money leaves a second time."""

    code = "refund_settled"
    status = 409
    message = "Pengembalian dana ini sudah dibayar dengan data yang berbeda"


@dataclass(frozen=True, slots=True)
class DueRefund:
    """What we owe to a guest, whole rupiah. ``reference``: the order's code. ``bank``, ``number``
    and ``holder``: where they want it; None: they have not said."""

    id: int
    purpose: str
    purpose_id: int
    reference: str
    amount: int
    because: str
    created_at: datetime
    bank: str | None
    number: str | None
    holder: str | None


async def settle_refund(
    desk: FundingDesk, refund_id: int, *, bank: str, evidence: str, actor: Actor | str
) -> None:
    """Record that a refund was paid from ``bank``, once: ``refunds_due`` to ``bank:<bank>``.

    A repeat with the same bank and evidence changes nothing. Raises RefundNotFound, RefundSettled
    (other facts; says which differ), Invalid.
    """
    account = bank_account(bank)
    shown = reason_of(evidence, field="evidence")
    now, who = desk.clock.now(), actor_of(actor)
    async with desk.db.transaction() as tx:
        row = await tx.row(LOCK, {"id": refund_id})
        if row is None:
            raise RefundNotFound(refund=refund_id)
        _, purpose, purpose_id, reference, amount, state, was_bank, was_evidence = row
        if state == "settled":
            _refuse_others({"bank": (was_bank, bank), "evidence": (was_evidence, shown)})
            return
        # Evidence may name a person, so it stands on the refund and not in the journal.
        transfer = Transfer(
            key=f"refund:{refund_id}",
            kind="refund",
            debit="refunds_due",
            credit=account,
            amount=Rupiah(amount),
            order_id=purpose_id if purpose == Purpose.ORDER else None,
            reference=reference,
            actor=who.name,
            happened_at=now,
        )
        await post(tx, [transfer], at=now)
        facts = {"id": refund_id, "bank": bank, "evidence": shown, "actor": who.name, "at": now}
        await tx.run(SETTLE, facts)
        await tasks.close_many(tx, [f"refund:{refund_id}"], at=now, by=who.name, kind="refund_due")
        await who.did(
            tx,
            "refund.settle",
            f"refund:{refund_id}",
            amount=amount,
            code=reference,
            bank=bank,
            at=now,
        )
    desk.hints.news([purpose_id])
    log.info("refund.settled", refund=refund_id, reference=reference, amount=amount, actor=who.name)


async def due_refunds(tx: Tx) -> list[DueRefund]:
    """All that is still to be paid out, the oldest first, with the account that the guest gave."""
    return await tx.records(DueRefund, DUE)


def _refuse_others(facts: dict[str, tuple[str, str]]) -> None:
    differs = [name for name, (was, is_) in facts.items() if was != is_]
    if differs:
        raise RefundSettled(differs_in=", ".join(differs))
