"""The ledger's part of the books check: laws 1 and 2, on a live database, in one snapshot."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.kernel.books import Breach

UNKNOWN_ACCOUNTS = """
SELECT key, debit || ' -> ' || credit FROM ledger.transfers
WHERE amount <= 0 OR NOT ledger.is_account(debit) OR NOT ledger.is_account(credit)
   OR debit = credit OR (debit LIKE 'wallet:%%' AND credit LIKE 'wallet:%%')
"""

GUARDS_OFF = """
SELECT g.name FROM (VALUES ('transfers_are_immutable'), ('transfers_are_not_truncated')) AS g (name)
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_trigger t
    WHERE t.tgname = g.name AND t.tgenabled = 'O' AND t.tgrelid = 'ledger.transfers'::regclass)
"""

WALLETS_OFF = """
SELECT w.user_id, w.balance, coalesce(l.total, 0), w.lines, coalesce(l.lines, 0), w.floor
FROM ledger.wallets w
LEFT JOIN (SELECT wallet_id, count(*) AS lines,
                  sum(CASE WHEN credit LIKE 'wallet:%%' THEN amount ELSE -amount END) AS total
           FROM ledger.transfers WHERE wallet_id IS NOT NULL GROUP BY wallet_id) l
       ON l.wallet_id = w.user_id
WHERE w.balance <> coalesce(l.total, 0) OR w.lines <> coalesce(l.lines, 0) OR w.balance < w.floor
"""

LINES_OFF = """
SELECT key, wallet_id, wallet_line FROM (
    SELECT key, wallet_id, wallet_line, wallet_after,
           CASE WHEN credit LIKE 'wallet:%%' THEN amount ELSE -amount END AS change,
           lag(wallet_after, 1, 0::bigint) OVER by_line AS before,
           lag(wallet_line, 1, 0::bigint) OVER by_line AS line_before
    FROM ledger.transfers WHERE wallet_id IS NOT NULL
    WINDOW by_line AS (PARTITION BY wallet_id ORDER BY wallet_line)) AS lines
WHERE wallet_after <> before + change OR wallet_line <> line_before + 1
"""

STRANGERS = """
SELECT DISTINCT t.wallet_id FROM ledger.transfers t
WHERE t.wallet_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM ledger.wallets w WHERE w.user_id = t.wallet_id)
"""


async def breaches(tx: Tx) -> list[Breach]:
    """What is wrong with the journal and the wallets; an empty list is a clean book."""
    found = [
        Breach(1, key, f"not two accounts of ours: {names}")
        for key, names in await tx.rows(UNKNOWN_ACCOUNTS)
    ]
    found += [
        Breach(1, name, "the journal's guard is off") for (name,) in await tx.rows(GUARDS_OFF)
    ]
    found += [
        Breach(
            2,
            f"wallet:{user}",
            f"balance {balance}, legs {legs}, lines {lines} of {counted}, floor {floor}",
        )
        for user, balance, legs, lines, counted, floor in await tx.rows(WALLETS_OFF)
    ]
    found += [
        Breach(2, key, f"line {line} of wallet:{user} does not follow the one before")
        for key, user, line in await tx.rows(LINES_OFF)
    ]
    found += [
        Breach(2, f"wallet:{user}", "has transfers but no wallet")
        for (user,) in await tx.rows(STRANGERS)
    ]
    return found
