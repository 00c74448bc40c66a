"""An operator's manual entry in a wallet: always with a reason and a name."""

from __future__ import annotations

import secrets

import structlog

from konter.funding.desk import FundingDesk
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import balance, is_posted
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")


async def adjust(
    desk: FundingDesk,
    *,
    user_id: int,
    amount: Rupiah,
    reason: str,
    actor: Actor | str,
    key: str | None = None,
) -> Rupiah:
    """Add to a wallet, or take from it (negative, no deeper than its floor); answers the balance.

    A repeat with the same ``key`` changes nothing; without one every call is a new entry.
    It is for the terminal, whose people are inside already: the office asks by
    ``ask_adjustment``. Raises Invalid, FloorPassed, WalletBlocked, NoWallet, KeyReused.
    """
    errors: dict[str, list[str]] = {}
    if amount == ZERO:
        errors["amount"] = ["Nominal tidak boleh nol"]
    if len(reason.strip()) < 3:
        errors["reason"] = ["Sebutkan alasannya"]
    if errors:
        raise Invalid(errors)
    now, who = desk.clock.now(), actor_of(actor)
    wallet = f"wallet:{user_id}"
    adds = amount > ZERO
    transfer = Transfer(
        key=f"adjust:{key or secrets.token_hex(12)}",
        kind="adjustment",
        debit="adjustments" if adds else wallet,
        credit=wallet if adds else "adjustments",
        amount=amount if adds else -amount,
        note=reason.strip()[:300],
        actor=who.name,
        happened_at=now,
    )
    async with desk.db.transaction() as tx:
        replayed = await is_posted(tx, transfer.key)
        await post(tx, [transfer], at=now)
        if not replayed:
            await who.did(
                tx,
                "wallet.adjust",
                f"user:{user_id}",
                amount=amount.amount,
                reason=reason.strip()[:300],
                key=transfer.key,
                at=now,
            )
        left = await balance(tx, user_id)
    log.info("wallet.adjusted", user=user_id, amount=amount.amount, actor=who.name)
    return left
