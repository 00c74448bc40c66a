"""Reserve, then capture or release. Never debit hopefully and refund later.

Both ends of a hold carry one key, ``end:<order>``: the database itself lets a hold end only once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.money import Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.wallets import Wallet, owed_to


@dataclass(frozen=True, slots=True)
class Hold:
    """The price of one order. ``reference``: the order's code; ``user_id`` GUEST: no wallet."""

    order_id: int
    user_id: int
    amount: Rupiah
    reference: str
    happened_at: datetime


async def hold_many(
    tx: Tx, holds: Sequence[Hold], *, locked: Mapping[int, Wallet], at: datetime
) -> None:
    """Wallet to escrow, for fresh orders on wallets locked by this transaction."""
    await post(
        tx,
        [
            _transfer(hold, "hold", f"wallet:{hold.user_id}", "escrow", key=f"hold:{hold.order_id}")
            for hold in holds
        ],
        at=at,
        locked=locked,
    )


async def end_many(
    tx: Tx, *, captures: Sequence[Hold], releases: Sequence[Hold], at: datetime
) -> None:
    """Escrow to sales (captures) or back to the buyer (releases): to the wallet, of a guest to
    ``refunds_due``. A replay does nothing."""
    await post(
        tx,
        [
            *(
                _transfer(h, "capture", "escrow", "sales", key=f"end:{h.order_id}")
                for h in captures
            ),
            *(
                _transfer(h, "release", "escrow", owed_to(h.user_id), key=f"end:{h.order_id}")
                for h in releases
            ),
        ],
        at=at,
    )


def _transfer(hold: Hold, kind: str, debit: str, credit: str, *, key: str) -> Transfer:
    return Transfer(
        key=key,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=hold.amount,
        order_id=hold.order_id,
        reference=hold.reference,
        happened_at=hold.happened_at,
    )
