"""Money that left our bank for a supplier's deposit, as an operator records it."""

from __future__ import annotations

import secrets

from konter.funding.desk import FundingDesk
from konter.funding.entry import bank_account
from konter.kernel.errors import Invalid
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import Transfer, post
from konter.ledger.read import account_sum, is_posted
from konter.people.actor import Actor, actor_of


async def record_topup(
    desk: FundingDesk,
    *,
    account: str,
    amount: Rupiah,
    bank: str,
    actor: Actor | str,
    key: str | None = None,
) -> Rupiah:
    """Bank to ``provider:<account>``; answers what the books say our deposit is now.

    A repeat with the same ``key`` (their ticket's number) changes nothing. Raises Invalid,
    KeyReused.
    """
    if amount <= ZERO:
        raise Invalid({"amount": ["Nominal harus lebih dari nol"]})
    now, who = desk.clock.now(), actor_of(actor)
    transfer = Transfer(
        key=f"topup:{account}:{key or secrets.token_hex(12)}",
        kind="supplier_topup",
        debit=f"provider:{account}",
        credit=bank_account(bank),
        amount=amount,
        actor=who.name,
        happened_at=now,
    )
    async with desk.db.transaction() as tx:
        replayed = await is_posted(tx, transfer.key)
        await post(tx, [transfer], at=now)
        if not replayed:
            await who.did(
                tx,
                "book.topup",
                transfer.debit,
                amount=amount.amount,
                bank=bank,
                key=transfer.key,
                at=now,
            )
        # An asset account: what was credited to it is gone, so its sum is shown negated.
        return Rupiah(-await account_sum(tx, f"provider:{account}"))
