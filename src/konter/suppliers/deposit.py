"""Our prepaid deposit at an upstream: asked seldom, kept as a snapshot with its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireSilence
from konter.suppliers.desk import SuppliersDesk, UpstreamSilent
from konter.suppliers.exchanges import keep
from konter.upstreams.contract import Provider, UpstreamRefused

NOTE_AND_REOPEN = """
WITH known AS (
    SELECT code,
           gate_needs <= %(deposit)s AND gate_closed_at <= %(at)s AS suffices
    FROM suppliers.accounts
    WHERE code = %(account)s
    FOR NO KEY UPDATE
)
UPDATE suppliers.accounts AS a
SET deposit = %(deposit)s,
    deposit_at = %(at)s,
    gate_closed_at = CASE WHEN known.suffices THEN NULL ELSE a.gate_closed_at END,
    gate_code = CASE WHEN known.suffices THEN NULL ELSE a.gate_code END,
    gate_reason = CASE WHEN known.suffices THEN NULL ELSE a.gate_reason END,
    gate_needs = CASE WHEN known.suffices THEN NULL ELSE a.gate_needs END
FROM known
WHERE a.code = known.code AND (a.deposit_at IS NULL OR a.deposit_at <= %(at)s)
RETURNING COALESCE(known.suffices, false)
"""

NOTE = """
UPDATE suppliers.accounts
SET deposit = %(deposit)s, deposit_at = %(at)s
WHERE code = %(account)s AND (deposit_at IS NULL OR deposit_at <= %(at)s)
"""

LOW = """
SELECT code, deposit, deposit_at
FROM suppliers.accounts
WHERE deposit < %(limit)s AND code = ANY(%(accounts)s::text[])
ORDER BY code
"""


@dataclass(frozen=True, slots=True)
class DepositCheck:
    """One answer of an upstream. ``reopened``: it opened a gate that waited for this deposit."""

    account: str
    deposit: Rupiah
    at: datetime
    reopened: bool
    is_low: bool


@dataclass(frozen=True, slots=True)
class LowDeposit:
    account: str
    deposit: Rupiah
    at: datetime


async def check_balance(desk: SuppliersDesk, account: str) -> DepositCheck:
    """Ask the upstream for our deposit and keep it, with the exchange; no transaction is open.

    A gate that was closed for want of a deposit opens if this one, asked after the closing,
    suffices. Raises NoSuchAccount, UpstreamRefused, UpstreamSilent; the transcript is kept anyway.
    """
    provider = desk.provider(account)
    heard = await desk.wire.ask(provider.balance(), account=account, purpose="balance")
    deposit = _read(provider, heard.said)
    at = heard.exchange.started_at
    async with desk.db.transaction() as tx:
        await keep(tx, [heard.exchange])
        reopened = False
        if isinstance(deposit, Rupiah):
            facts = {"account": account, "deposit": deposit.amount, "at": at}
            row = await tx.row(NOTE_AND_REOPEN, facts)
            reopened = row is not None and bool(row[0])
    if not isinstance(deposit, Rupiah):
        raise deposit
    return DepositCheck(account, deposit, at, reopened, deposit < desk.low_deposit)


async def note_deposit(tx: Tx, account: str, amount: Rupiah, at: datetime) -> None:
    """Keep what an answer at ``at`` (UTC) told of our deposit; older news never replaces newer."""
    await tx.run(NOTE, {"account": account, "deposit": amount.amount, "at": at})


async def low(desk: SuppliersDesk) -> list[LowDeposit]:
    """Configured accounts whose last known deposit is under the limit; asks nobody."""
    facts = {"limit": desk.low_deposit.amount, "accounts": list(desk.providers)}
    async with desk.db.read() as tx:
        rows = await tx.rows(LOW, facts)
    return [LowDeposit(account, Rupiah(deposit), at) for account, deposit, at in rows]


def _read(
    provider: Provider, said: WireAnswer | WireSilence
) -> Rupiah | UpstreamRefused | UpstreamSilent:
    if isinstance(said, WireSilence):
        return UpstreamSilent(account=provider.account, detail=said.detail)
    try:
        return provider.read_balance(said)
    except UpstreamRefused as refused:
        return refused
