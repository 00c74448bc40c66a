"""What operators see of the breakers, and how they overrule them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.suppliers.breaker import ACCOUNT, Breaker, breaker_of
from konter.suppliers.desk import NoSuchAccount

LIST = """
SELECT account, sku, failures, opened_at, probe_at, opened_by
FROM suppliers.breakers
WHERE opened_at IS NOT NULL OR failures <> '[]'
ORDER BY opened_at IS NULL, account, sku
"""

HOLD_OPEN = """
INSERT INTO suppliers.breakers AS b (account, sku, opened_at, opened_by)
VALUES (%(account)s, %(sku)s, %(at)s, %(by)s)
ON CONFLICT (account, sku) DO UPDATE
SET opened_at = coalesce(b.opened_at, excluded.opened_at), opened_by = excluded.opened_by,
    probe_at = NULL
WHERE b.opened_by IS NULL
"""

CLOSE = """
UPDATE suppliers.breakers
SET failures = '[]', opened_at = NULL, probe_at = NULL, opened_by = NULL
WHERE account = %(account)s AND sku = %(sku)s AND (opened_at IS NOT NULL OR failures <> '[]')
"""

LET_GO = """
UPDATE suppliers.breakers SET opened_by = NULL, probe_at = %(at)s
WHERE account = %(account)s AND sku = %(sku)s AND opened_by IS NOT NULL
"""

IS_KNOWN = "SELECT 1 FROM suppliers.accounts WHERE code = %(account)s"


@dataclass(frozen=True, slots=True)
class Shown:
    """A breaker and what it does at the moment it was looked at: closed, open, probing, held."""

    breaker: Breaker
    state: str


async def list_breakers(tx: Tx, *, at: datetime) -> list[Shown]:
    """Those that are open, or count failures; the open ones first."""
    breakers = [breaker_of(row) for row in await tx.rows(LIST)]
    return [Shown(breaker, state_of(breaker, at)) for breaker in breakers]


def state_of(breaker: Breaker, at: datetime) -> str:
    """``probing``: one purchase may try. ``held``: open until an operator closes it."""
    if breaker.opened_at is None:
        return "closed"
    if breaker.opened_by is not None:
        return "held"
    return "probing" if breaker.probe_at is not None and breaker.probe_at <= at else "open"


async def hold_open(tx: Tx, account: str, sku: str = ACCOUNT, *, by: str, at: datetime) -> bool:
    """Buy nothing there (of one SKU, or of the whole account) until somebody closes it.

    True if nobody held it before; a repeat keeps the first name. Raises NoSuchAccount.
    """
    await _must_be_known(tx, account)
    return await tx.run(HOLD_OPEN, {"account": account, "sku": sku, "by": by, "at": at}) == 1


async def close(tx: Tx, account: str, sku: str = ACCOUNT) -> bool:
    """Buy there again, with nothing counted; True if it was open or counted something.

    It opens again by itself if it goes on failing. Raises NoSuchAccount.
    """
    await _must_be_known(tx, account)
    return await tx.run(CLOSE, {"account": account, "sku": sku}) == 1


async def let_go(tx: Tx, account: str, sku: str = ACCOUNT, *, at: datetime) -> bool:
    """Leave a breaker that a person holds open to itself: it stays open, one purchase may try at
    once, and its end decides. True if somebody held it. Raises NoSuchAccount."""
    await _must_be_known(tx, account)
    return await tx.run(LET_GO, {"account": account, "sku": sku, "at": at}) == 1


async def _must_be_known(tx: Tx, account: str) -> None:
    if await tx.row(IS_KNOWN, {"account": account}) is None:
        raise NoSuchAccount(account=account)
