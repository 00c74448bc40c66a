"""Wallets and transfers for tests, and the owner's hand, which may break what the house may not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from konter.db.pool import Database
from konter.kernel.books import Breach
from konter.kernel.money import Rupiah
from konter.ledger import check
from konter.ledger.post import Transfer, post
from konter.ledger.read import balance
from konter.ledger.wallets import open_wallet
from tests.warm import by_owner

AT = datetime(2026, 11, 16, 3, 30, tzinfo=UTC)


def transfer(key: str, debit: str, credit: str, amount: int, **more: object) -> Transfer:
    facts: dict[str, object] = {"kind": "adjustment", "happened_at": AT, **more}
    return Transfer(key=key, debit=debit, credit=credit, amount=Rupiah(amount), **facts)  # type: ignore[arg-type]


async def do(db: Database, *transfers: Transfer) -> None:
    """Post in a transaction of its own."""
    async with db.transaction() as tx:
        await post(tx, transfers, at=AT)


async def wallets(db: Database, money: Mapping[int, int]) -> None:
    """Wallets of these users with so much in them."""
    async with db.transaction() as tx:
        for user_id in money:
            await open_wallet(tx, user_id=user_id, at=AT)
    await do(
        db,
        *(
            transfer(f"start:{user_id}", "adjustments", f"wallet:{user_id}", amount)
            for user_id, amount in money.items()
            if amount
        ),
    )


async def money_of(db: Database, user_id: int) -> int:
    async with db.read() as tx:
        return (await balance(tx, user_id)).amount


async def breaches(db: Database) -> list[Breach]:
    async with db.snapshot() as tx:
        return await check.breaches(tx)


async def by_force(db: Database, statement: str) -> None:
    """Run as the schema's owner with all triggers off: what no part of the house can do."""
    await by_owner(db.conninfo, f"SET session_replication_role = replica; {statement}")
