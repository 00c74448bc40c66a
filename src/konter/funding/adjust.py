"""An operator's manual entry in a wallet: always with a reason and a name."""

from __future__ import annotations

import secrets

import structlog

from konter.funding.desk import FundingDesk
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import balance

log = structlog.get_logger("konter.funding")


async def adjust(
    desk: FundingDesk,
    *,
    user_id: int,
    amount: Rupiah,
    reason: str,
    actor: str,
    key: str | None = None,
) -> Rupiah:
    """Add to a wallet, or take from it (negative, no deeper than its floor); answers the balance.

    A repeat with the same ``key`` changes nothing; without one every call is a new entry.
    Raises Invalid, FloorPassed, WalletBlocked, NoWallet, KeyReused.
    """
    errors: dict[str, list[str]] = {}
    if amount == ZERO:
        errors["amount"] = ["Nominal tidak boleh nol"]
    if len(reason.strip()) < 3:
        errors["reason"] = ["Sebutkan alasannya"]
    if errors:
        raise Invalid(errors)
    now = desk.clock.now()
    wallet = f"wallet:{user_id}"
    adds = amount > ZERO
    transfer = Transfer(
        key=f"adjust:{key or secrets.token_hex(12)}",
        kind="adjustment",
        debit="adjustments" if adds else wallet,
        credit=wallet if adds else "adjustments",
        amount=amount if adds else -amount,
        note=reason.strip()[:300],
        actor=actor,
        happened_at=now,
    )
    async with desk.db.transaction() as tx:
        await post(tx, [transfer], at=now)
        left = await balance(tx, user_id)
    log.info("wallet.adjusted", user=user_id, amount=amount.amount, actor=actor)
    return left
