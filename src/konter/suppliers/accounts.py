"""The supplier accounts we have, and what we last knew of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from konter.kernel.money import Rupiah
from konter.suppliers.desk import SuppliersDesk

ADD_ACCOUNTS = """
INSERT INTO suppliers.accounts (code, kind, created_at)
SELECT code, kind, %(now)s
FROM unnest(%(codes)s::text[], %(kinds)s::text[]) AS configured (code, kind)
ON CONFLICT (code) DO NOTHING
"""

LIST_ACCOUNTS = """
SELECT code, kind, gate_closed_at, gate_code, gate_reason, gate_needs,
       paused_at, paused_by, deposit, deposit_at, pause_reason
FROM suppliers.accounts
ORDER BY code
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One login at one upstream. Times are UTC; ``deposit`` is a snapshot taken at its time."""

    code: str
    kind: str
    gate_closed_at: datetime | None
    gate_code: str | None
    gate_reason: str | None
    gate_needs: Rupiah | None
    paused_at: datetime | None
    paused_by: str | None
    deposit: Rupiah | None
    deposit_at: datetime | None
    pause_reason: str | None


async def ensure_accounts(desk: SuppliersDesk) -> int:
    """A row for each configured provider; answers how many were new. Repeating it does nothing."""
    providers = desk.providers
    facts = {
        "codes": list(providers),
        "kinds": [provider.traits.code for provider in providers.values()],
        "now": desk.clock.now(),
    }
    async with desk.db.transaction() as tx:
        return await tx.run(ADD_ACCOUNTS, facts)


async def list_accounts(desk: SuppliersDesk) -> list[Account]:
    """Every account ever configured, by code."""
    async with desk.db.read() as tx:
        rows = await tx.rows(LIST_ACCOUNTS)
    return [_account(row) for row in rows]


def _account(row: TupleRow) -> Account:
    code, kind, closed_at, closed_for, reason, needs, paused_at, paused_by, deposit, at, why = row
    return Account(
        code=code,
        kind=kind,
        gate_closed_at=closed_at,
        gate_code=closed_for,
        gate_reason=reason,
        gate_needs=None if needs is None else Rupiah(needs),
        paused_at=paused_at,
        paused_by=paused_by,
        deposit=None if deposit is None else Rupiah(deposit),
        deposit_at=at,
        pause_reason=why,
    )
