"""Wallets: what we owe each user, with a floor that no transfer passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from konter.db.pool import Tx
from konter.kernel.money import ZERO, Rupiah

GUEST: Final = 0
"""Whoever buys without an account, and so without a wallet."""

OPEN_WALLET = """
INSERT INTO ledger.wallets (user_id, opened_at) VALUES (%(user_id)s, %(at)s)
ON CONFLICT (user_id) DO NOTHING
"""

# In id order, so that two batches that share wallets never wait for each other in a circle.
LOCK_WALLETS = """
SELECT user_id, balance, floor, lines, blocked FROM ledger.wallets
WHERE user_id = ANY(%(user_ids)s) ORDER BY user_id FOR NO KEY UPDATE
"""

BLOCK_WALLET = "UPDATE ledger.wallets SET blocked = %(blocked)s WHERE user_id = %(user_id)s"

SET_FLOOR = "UPDATE ledger.wallets SET floor = %(floor)s WHERE user_id = %(user_id)s"


@dataclass(slots=True)
class Wallet:
    """A wallet locked by this transaction; ``balance`` and ``lines`` follow what is posted."""

    user_id: int
    balance: int
    floor: int
    lines: int
    blocked: bool

    @property
    def spendable(self) -> int:
        """Whole rupiah that may leave before the floor; 0 while blocked."""
        return 0 if self.blocked else self.balance - self.floor


def owed_to(user_id: int) -> str:
    """The account of what we owe to this buyer: their wallet, or of a guest ``refunds_due``."""
    return "refunds_due" if user_id == GUEST else f"wallet:{user_id}"


async def open_wallet(tx: Tx, *, user_id: int, at: datetime) -> None:
    """Give a user an empty wallet; a repeat does nothing."""
    await tx.run(OPEN_WALLET, {"user_id": user_id, "at": at})


async def lock_wallets(tx: Tx, user_ids: Iterable[int]) -> dict[int, Wallet]:
    """Lock these wallets until the transaction ends. A user without a wallet is not in it."""
    rows = await tx.rows(LOCK_WALLETS, {"user_ids": sorted(set(user_ids))})
    return {row[0]: Wallet(*row) for row in rows}


async def block_wallet(tx: Tx, *, user_id: int, blocked: bool) -> None:
    """A blocked wallet pays nothing, whoever asks with whatever cached token."""
    await tx.run(BLOCK_WALLET, {"user_id": user_id, "blocked": blocked})


async def set_credit_limit(tx: Tx, *, user_id: int, limit: Rupiah) -> None:
    """Let a wallet go below zero by at most ``limit`` rupiah."""
    if limit < ZERO:
        raise ValueError("a credit limit is not negative")
    await tx.run(SET_FLOOR, {"user_id": user_id, "floor": -limit.amount})
