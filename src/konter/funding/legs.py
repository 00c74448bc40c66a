"""How a confirmed payment enters the books: what the gateway owes us of it, and what it kept."""

from __future__ import annotations

from datetime import datetime

from konter.funding.rows import PaymentRow
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer
from konter.upstreams.gateway_contract import FeeOn, Receipt


def legs_in(row: PaymentRow, *, amount: int, kept: int, happened_at: datetime) -> list[Transfer]:
    """``amount`` to ``unapplied``: from the gateway what it owes us, from ``fees`` what it kept.

    A fee above the amount leaves us owing the gateway the rest. Keys name the gateway's own id of
    the transaction, so the database itself lets it come in only once.
    """
    gateway = f"gateway:{row.gateway}"
    moves = (
        ("payment", gateway, "unapplied", amount - kept),
        ("payment_fee", "fees", "unapplied", min(kept, amount)),
        ("payment_short", "fees", gateway, kept - amount),
    )
    return [
        Transfer(
            key=f"{kind}:{row.gateway}:{row.their_id}",
            kind=kind,
            debit=debit,
            credit=credit,
            amount=Rupiah(moved),
            reference=row.reference,
            happened_at=happened_at,
        )
        for kind, debit, credit, moved in moves
        if moved > 0
    ]


def presumed_fee(row: PaymentRow, receipt: Receipt) -> int:
    """What the gateway will have kept where it does not say so readably: the fee that it told at
    creation, less what of it the buyer paid on top; nothing if the buyer pays it all."""
    if row.fee_on is FeeOn.BUYER or row.told_fee is None:
        return 0
    charged = receipt.charged.amount if receipt.charged else row.told_charged
    on_top = 0 if charged is None else max(0, charged - receipt.amount.amount)
    return max(0, row.told_fee - on_top)
