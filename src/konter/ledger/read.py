"""Reading the books: a balance, a statement, the sums of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.money import ZERO, Rupiah

BALANCE = "SELECT balance FROM ledger.wallets WHERE user_id = %(user_id)s"

STATEMENT = """
SELECT wallet_line AS line, kind,
       CASE WHEN credit LIKE 'wallet:%%' THEN amount ELSE -amount END AS change,
       wallet_after AS after, order_id, reference, note, happened_at, recorded_at
FROM ledger.transfers
WHERE wallet_id = %(user_id)s AND wallet_line <= %(up_to)s
ORDER BY wallet_line DESC LIMIT %(most)s
"""

LINES = "SELECT lines FROM ledger.wallets WHERE user_id = %(user_id)s"

ACCOUNTS = "SELECT account, sum(change)::bigint FROM ledger.legs GROUP BY account ORDER BY account"

ACCOUNT = "SELECT coalesce(sum(change), 0)::bigint FROM ledger.legs WHERE account = %(account)s"

POSTED = "SELECT 1 FROM ledger.transfers WHERE key = %(key)s"

OF_ORDER = """
SELECT key, kind, debit, credit, amount, note, actor, happened_at, recorded_at
FROM ledger.transfers WHERE order_id = %(order_id)s ORDER BY recorded_at, key
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a wallet's statement; ``change`` and ``after`` in whole rupiah."""

    line: int
    kind: str
    change: int
    after: int
    order_id: int | None
    reference: str | None
    note: str | None
    happened_at: datetime
    recorded_at: datetime

    @property
    def before(self) -> int:
        return self.after - self.change


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer as an order's story shows it."""

    key: str
    kind: str
    debit: str
    credit: str
    amount: int
    note: str | None
    actor: str | None
    happened_at: datetime
    recorded_at: datetime


async def balance(tx: Tx, user_id: int) -> Rupiah:
    """A wallet's balance; zero for a user without one."""
    row = await tx.row(BALANCE, {"user_id": user_id})
    return Rupiah(row[0]) if row else ZERO


async def statement(tx: Tx, user_id: int, *, page: int, per_page: int) -> tuple[list[Line], int]:
    """A page of a wallet's lines, newest first, and how many lines there are."""
    row = await tx.row(LINES, {"user_id": user_id})
    total = int(row[0]) if row else 0
    facts = {"user_id": user_id, "up_to": total - (page - 1) * per_page, "most": per_page}
    return await tx.records(Line, STATEMENT, facts), total


async def account_sums(tx: Tx) -> dict[str, int]:
    """Every account's credits less its debits, whole rupiah; together they are zero."""
    return {row[0]: row[1] for row in await tx.rows(ACCOUNTS)}


async def account_sum(tx: Tx, account: str) -> int:
    """One account's credits less its debits, whole rupiah."""
    row = await tx.row(ACCOUNT, {"account": account})
    return int(row[0]) if row else 0


async def is_posted(tx: Tx, key: str) -> bool:
    """Whether a transfer of this key stands."""
    return await tx.row(POSTED, {"key": key}) is not None


async def of_order(tx: Tx, order_id: int) -> list[Entry]:
    """All transfers of one order, oldest first."""
    return await tx.records(Entry, OF_ORDER, {"order_id": order_id})
