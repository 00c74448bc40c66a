"""Whether purchases may leave for an account: its gate, its pause, the pause of the shop.

A gate closes by itself for a fault of ours there (deposit, key, IP); a pause is a person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.money import Rupiah
from konter.suppliers.desk import NoSuchAccount

BLOCKED = """
SELECT code
FROM suppliers.accounts
WHERE gate_closed_at IS NOT NULL OR paused_at IS NOT NULL
   OR EXISTS (SELECT FROM suppliers.shop_pause)
"""

CLOSE = """
UPDATE suppliers.accounts
SET gate_closed_at = %(at)s, gate_code = %(code)s, gate_reason = %(reason)s,
    gate_needs = %(needs)s::bigint
WHERE code = %(account)s AND gate_closed_at IS NULL
"""

OPEN = """
UPDATE suppliers.accounts
SET gate_closed_at = NULL, gate_code = NULL, gate_reason = NULL, gate_needs = NULL
WHERE code = %(account)s AND gate_closed_at IS NOT NULL
"""

CLOSED = """
SELECT code, gate_closed_at, gate_code, gate_reason, gate_needs
FROM suppliers.accounts
WHERE gate_closed_at IS NOT NULL AND code = ANY(%(accounts)s::text[])
"""

PAUSE_SHOP = """
INSERT INTO suppliers.shop_pause (paused_at, paused_by, reason)
VALUES (%(at)s, %(by)s, %(reason)s)
ON CONFLICT (one) DO NOTHING
"""

RESUME_SHOP = "DELETE FROM suppliers.shop_pause"

PAUSE_ACCOUNT = """
UPDATE suppliers.accounts
SET paused_at = %(at)s, paused_by = %(by)s, pause_reason = %(reason)s
WHERE code = %(account)s AND paused_at IS NULL
"""

RESUME_ACCOUNT = """
UPDATE suppliers.accounts
SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
WHERE code = %(account)s AND paused_at IS NOT NULL
"""

IS_KNOWN = "SELECT 1 FROM suppliers.accounts WHERE code = %(account)s"

SHOP_PAUSE = "SELECT paused_at, paused_by, reason FROM suppliers.shop_pause"


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a gate is closed. ``needs``: the deposit that would reopen it, where that helps."""

    since: datetime
    code: str
    reason: str
    needs: Rupiah | None


@dataclass(frozen=True, slots=True)
class ShopPause:
    since: datetime
    by: str
    reason: str | None


async def blocked_accounts(tx: Tx) -> set[str]:
    """Accounts to which nothing may be sent now: gate closed or paused; all if the shop is."""
    return {code for (code,) in await tx.rows(BLOCKED)}


async def close(
    tx: Tx, *, account: str, code: str, reason: str, needs: Rupiah | None, at: datetime
) -> bool:
    """Close the gate; True if it was open. A gate that is closed keeps its first reason."""
    facts = {
        "account": account,
        "code": code,
        "reason": reason.replace("\x00", ""),
        "needs": None if needs is None else needs.amount,
        "at": at,
    }
    return await tx.run(CLOSE, facts) == 1


async def open_gate(tx: Tx, account: str) -> bool:
    """Open the gate; True if it was closed."""
    return await tx.run(OPEN, {"account": account}) == 1


async def closed(tx: Tx, accounts: Sequence[str]) -> dict[str, Closed]:
    """Those of ``accounts`` whose gate is closed, and why."""
    rows = await tx.rows(CLOSED, {"accounts": list(accounts)})
    return {
        account: Closed(since, code, reason, None if needs is None else Rupiah(needs))
        for account, since, code, reason, needs in rows
    }


async def pause(
    tx: Tx, account: str | None, *, by: str, at: datetime, reason: str | None = None
) -> bool:
    """Stop sending, to one account or (None) from the whole shop. True if it was not paused.

    A repeat keeps the first name and reason. Raises NoSuchAccount.
    """
    facts = {"account": account, "by": by, "at": at, "reason": reason}
    if account is None:
        return await tx.run(PAUSE_SHOP, facts) == 1
    return await _known(tx, account, await tx.run(PAUSE_ACCOUNT, facts))


async def resume(tx: Tx, account: str | None) -> bool:
    """Lift a pause, of one account or (None) of the shop. True if there was one.

    Raises NoSuchAccount.
    """
    if account is None:
        return await tx.run(RESUME_SHOP) == 1
    return await _known(tx, account, await tx.run(RESUME_ACCOUNT, {"account": account}))


async def shop_pause(tx: Tx) -> ShopPause | None:
    """Who paused the shop, since when and why; None while it is open."""
    row = await tx.row(SHOP_PAUSE)
    return None if row is None else ShopPause(*row)


async def _known(tx: Tx, account: str, touched: int) -> bool:
    if touched == 0 and await tx.row(IS_KNOWN, {"account": account}) is None:
        raise NoSuchAccount(account=account)
    return touched == 1
