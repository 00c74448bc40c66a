"""The owner takes money out of the shop, as an operator records it."""

from __future__ import annotations

import secrets

import structlog

from konter.funding.desk import FundingDesk
from konter.funding.entry import bank_account, reason_of
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import account_sum, is_posted
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")


async def record_payout(
    desk: FundingDesk,
    *,
    amount: Rupiah,
    bank: str,
    reason: str,
    actor: Actor | str,
    key: str | None = None,
) -> Rupiah:
    """``equity`` to ``bank:<bank>``: answers what the books say is at that bank now.

    A repeat with the same ``key`` changes nothing. Raises Invalid, KeyReused.
    """
    if amount <= ZERO:
        raise Invalid({"amount": ["Nominal harus lebih dari nol"]})
    now, who = desk.clock.now(), actor_of(actor)
    account = bank_account(bank)
    transfer = Transfer(
        key=f"payout:{key or secrets.token_hex(12)}",
        kind="payout",
        debit="equity",
        credit=account,
        amount=amount,
        note=reason_of(reason),
        actor=who.name,
        happened_at=now,
    )
    async with desk.db.transaction() as tx:
        replayed = await is_posted(tx, transfer.key)
        await post(tx, [transfer], at=now)
        if not replayed:
            await who.did(
                tx,
                "book.payout",
                account,
                amount=amount.amount,
                reason=transfer.note,
                key=transfer.key,
                at=now,
            )
        # An asset account: what was credited to it is gone, so its sum is shown negated.
        left = Rupiah(-await account_sum(tx, account))
    log.info("owner.paid_out", amount=amount.amount, bank=bank, actor=who.name)
    return left
