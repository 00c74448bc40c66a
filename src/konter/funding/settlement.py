"""A gateway paid out to our bank what it owed us, as an operator records it."""

from __future__ import annotations

import secrets

import structlog

from konter.db.pool import Tx
from konter.funding.desk import FundingDesk
from konter.funding.entry import bank_account
from konter.kernel.errors import Invalid, NotFound, Refused
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.post import KeyReused, Transfer, post
from konter.ledger.read import account_sum
from konter.people.actor import Actor, actor_of

log = structlog.get_logger("konter.funding")

# What is owed has no row to lock, so settlements of one gateway take turns by its name.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended(%(account)s, 7362514))"

STANDING = "SELECT key, debit, amount FROM ledger.transfers WHERE key = ANY(%(keys)s)"


class UnknownGateway(NotFound):
    """No such gateway is configured, and the books know of none either."""

    code = "unknown_gateway"
    message = "Gateway tidak dikenal"


class MoreThanOwed(Refused):
    """More than the books say the gateway owes; ``settled`` and ``owed`` in whole rupiah."""

    code = "more_than_owed"
    message = "Melebihi piutang gateway menurut pembukuan"


async def record_settlement(
    desk: FundingDesk,
    *,
    gateway: str,
    amount: Rupiah,
    bank: str,
    fee: Rupiah,
    actor: Actor | str,
    key: str | None = None,
) -> Rupiah:
    """``amount`` arrived at ``bank``, and ``fee`` was kept for the withdrawal: both leave
    ``gateway:<code>``. Answers what the books say the gateway still owes.

    A repeat with the same ``key`` (their withdrawal's number) changes nothing. Raises Invalid,
    UnknownGateway, MoreThanOwed, KeyReused.
    """
    _check(amount, fee)
    now, who = desk.clock.now(), actor_of(actor)
    name = f"{gateway}:{key or secrets.token_hex(12)}"
    account = f"gateway:{gateway}"
    parts = [("settlement", bank_account(bank), amount)]
    if fee > ZERO:
        parts.append(("settlement_fee", "fees", fee))
    transfers = [
        Transfer(
            key=f"{kind}:{name}",
            kind=kind,
            debit=debit,
            credit=account,
            amount=part,
            reference=key,
            actor=who.name,
            happened_at=now,
        )
        for kind, debit, part in parts
    ]
    async with desk.db.transaction() as tx:
        await tx.run(TAKE_TURNS, {"account": account})
        owed = Rupiah(-await account_sum(tx, account))
        if owed == ZERO and gateway not in desk.gateways:
            raise UnknownGateway(gateway=gateway)
        if await _stands(tx, name, transfers):
            return owed
        if amount + fee > owed:
            raise MoreThanOwed(settled=(amount + fee).amount, owed=owed.amount)
        await post(tx, transfers, at=now)
        await who.did(
            tx,
            "book.settlement",
            account,
            amount=amount.amount,
            fee=fee.amount,
            bank=bank,
            key=name,
            at=now,
        )
    log.info(
        "gateway.settled", gateway=gateway, amount=amount.amount, fee=fee.amount, actor=who.name
    )
    return owed - amount - fee


async def _stands(tx: Tx, name: str, transfers: list[Transfer]) -> bool:
    """Whether this very settlement was recorded before. Raises KeyReused when another one was:
    with or without a fee, too, which two keys apart could not tell."""
    whole, fee = f"settlement:{name}", f"settlement_fee:{name}"
    rows = await tx.rows(STANDING, {"keys": [whole, fee]})
    if not rows:
        return False
    was = {key: (debit, amount) for key, debit, amount in rows}
    now = {t.key: (t.debit, t.amount.amount) for t in transfers}
    same = {
        "bank": was[whole][0] == now[whole][0],
        "amount": was[whole][1] == now[whole][1],
        "fee": was.get(fee) == now.get(fee),
    }
    if differs := [fact for fact, is_same in same.items() if not is_same]:
        raise KeyReused(key=whole, differs_in=", ".join(differs))
    return True


def _check(amount: Rupiah, fee: Rupiah) -> None:
    errors: dict[str, list[str]] = {}
    if amount <= ZERO:
        errors["amount"] = ["Nominal harus lebih dari nol"]
    if fee < ZERO:
        errors["fee"] = ["Biaya tidak boleh negatif"]
    if errors:
        raise Invalid(errors)
